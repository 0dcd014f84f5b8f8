with

distributor_products as (

    select namespace, connection_id, source_product_id, distributor_sku, vendor_sku
    from {{ ref('int_distributor_products') }}

),

psa_items as (

    select namespace, connection_id, source_product_id, product_code
    from {{ ref('int_psa_items') }}

),

product_decisions as (

    select namespace, code, product_id, units_per_item, decision
    from {{ ref('stg_config__product_map') }}

),

-- Every code under which a reviewer may name an item.
codes as (

    select namespace, connection_id, source_product_id, upper(source_product_id) as code
    from distributor_products
    union
    select namespace, connection_id, source_product_id, upper(distributor_sku) as code
    from distributor_products
    union
    select namespace, connection_id, source_product_id, upper(vendor_sku) as code
    from distributor_products
    union
    select namespace, connection_id, source_product_id, upper(source_product_id) as code
    from psa_items
    union
    select namespace, connection_id, source_product_id, upper(product_code) as code
    from psa_items

),

final as (

    select distinct
        codes.namespace,
        codes.connection_id,
        codes.source_product_id,
        product_decisions.product_id,
        product_decisions.units_per_item,
        product_decisions.decision
    from codes
    inner join product_decisions
        on codes.namespace = product_decisions.namespace
        and codes.code = product_decisions.code

)

select * from final
