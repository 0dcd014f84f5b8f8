{{ config(materialized='table') }}

with

distributor_products as (

    select
        namespace, connection_id, source_product_id, product_name, vendor_name, part_number,
        product_id, units_per_item, status, method
    from {{ ref('int_distributor_products_matched') }}

),

psa_items as (

    select
        namespace, connection_id, source_product_id, product_code, product_name, vendor_name,
        part_number, product_id, units_per_item, status, method
    from {{ ref('int_psa_items_matched') }}

),

-- A distributor's own product is mapped once a PSA item stands for it.
named_by_psa as (

    select distinct product_id
    from psa_items
    where status = 'accepted'

),

final as (

    select
        distributor_products.namespace,
        distributor_products.connection_id,
        distributor_products.source_product_id,
        distributor_products.source_product_id as code,
        distributor_products.product_name,
        distributor_products.vendor_name,
        distributor_products.part_number,
        distributor_products.product_id,
        distributor_products.units_per_item,
        case
            when
                distributor_products.status = 'unmapped' and named_by_psa.product_id is not null
                then 'accepted'
            else distributor_products.status
        end as status,
        case
            when
                distributor_products.status = 'unmapped' and named_by_psa.product_id is not null
                then 'psa_item'
            else distributor_products.method
        end as method
    from distributor_products
    left join named_by_psa
        on distributor_products.product_id = named_by_psa.product_id

    union all

    select
        psa_items.namespace,
        psa_items.connection_id,
        psa_items.source_product_id,
        psa_items.product_code as code,
        psa_items.product_name,
        psa_items.vendor_name,
        psa_items.part_number,
        psa_items.product_id,
        psa_items.units_per_item,
        psa_items.status,
        psa_items.method
    from psa_items

)

select * from final
