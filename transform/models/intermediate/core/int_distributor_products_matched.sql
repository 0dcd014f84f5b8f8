{{ config(materialized='table') }}

with

distributor_products as (

    select
        namespace, connection_id, source_product_id, product_name, vendor_name, distributor_sku,
        vendor_sku, part_number
    from {{ ref('int_distributor_products') }}

),

decisions as (

    select namespace, connection_id, source_product_id, product_id, units_per_item, decision
    from {{ ref('int_product_decisions') }}

),

part_numbers as (

    select part_number, product_id, method
    from {{ ref('int_part_numbers') }}

),

subscription_links as (

    select vendor, connection_id, source_product_id, sku_id
    from {{ ref('int_subscription_links') }}

),

known_skus as (

    select sku_id
    from {{ ref('int_known_skus') }}

),

found as (

    select
        vendor as namespace,
        connection_id,
        source_product_id,
        'ms:' || sku_id as product_id,
        'subscription_id' as method
    from subscription_links

    union

    select
        distributor_products.namespace,
        distributor_products.connection_id,
        distributor_products.source_product_id,
        part_numbers.product_id,
        part_numbers.method
    from distributor_products
    inner join part_numbers
        on distributor_products.part_number = part_numbers.part_number

    union

    select
        distributor_products.namespace,
        distributor_products.connection_id,
        distributor_products.source_product_id,
        'ms:' || known_skus.sku_id as product_id,
        'sku_id' as method
    from distributor_products
    inner join known_skus
        on lower(trim(distributor_products.vendor_sku)) = known_skus.sku_id

),

candidates as (

    select
        namespace, connection_id, source_product_id, product_id, units_per_item,
        'manual' as method, 1 as evidence_rank
    from decisions
    where decision = 'accepted'

    union all

    select
        found.namespace,
        found.connection_id,
        found.source_product_id,
        found.product_id,
        cast(1 as decimal(19, 6)) as units_per_item,
        found.method,
        2 as evidence_rank
    from found
    left join decisions
        on found.namespace = decisions.namespace
        and found.connection_id = decisions.connection_id
        and found.source_product_id = decisions.source_product_id
        and found.product_id = decisions.product_id
        and decisions.decision = 'rejected'
    where decisions.decision is null

),

best as (

    {{ best_product_candidate('candidates') }}

),

final as (

    select
        distributor_products.namespace,
        distributor_products.connection_id,
        distributor_products.source_product_id,
        distributor_products.product_name,
        distributor_products.vendor_name,
        distributor_products.distributor_sku,
        distributor_products.vendor_sku,
        distributor_products.part_number,
        case
            when best.product_count = 1 then best.product_id
            else distributor_products.namespace || ':' || distributor_products.source_product_id
        end as product_id,
        case when best.product_count = 1 then best.units_per_item else 1 end as units_per_item,
        case
            when best.product_count = 1 then 'accepted'
            when best.product_count > 1 then 'ambiguous'
            else 'unmapped'
        end as status,
        best.method
    from distributor_products
    left join best
        on distributor_products.namespace = best.namespace
        and distributor_products.connection_id = best.connection_id
        and distributor_products.source_product_id = best.source_product_id

)

select * from final
