with

pax8_products as (

    select connection_id, product_id, product_name, vendor_name, distributor_sku, vendor_sku
    from {{ ref('stg_pax8__products') }}

),

pax8_subscriptions as (

    select connection_id, product_id, product_name, vendor_sku
    from {{ ref('stg_pax8__subscriptions') }}

),

pax8_invoice_items as (

    select connection_id, product_id, product_name, vendor_name, distributor_sku
    from {{ ref('stg_pax8__invoice_items') }}

),

named as (

    select
        connection_id, product_id, product_name, vendor_name, distributor_sku, vendor_sku,
        1 as source_rank
    from pax8_products

    union all

    select
        connection_id, product_id, product_name, cast(null as varchar) as vendor_name,
        cast(null as varchar) as distributor_sku, vendor_sku, 2 as source_rank
    from pax8_subscriptions

    union all

    select
        connection_id, product_id, product_name, vendor_name, distributor_sku,
        cast(null as varchar) as vendor_sku, 3 as source_rank
    from pax8_invoice_items

),

best_ranks as (

    select connection_id, product_id, min(source_rank) as source_rank
    from named
    where product_id is not null
    group by connection_id, product_id

),

-- The catalogue names a product; where it has none, its subscriptions and charges do.
best as (

    select
        named.connection_id,
        named.product_id,
        max(named.product_name) as product_name,
        max(named.vendor_name) as vendor_name,
        max(named.distributor_sku) as distributor_sku
    from named
    inner join best_ranks
        on named.connection_id = best_ranks.connection_id
        and named.product_id = best_ranks.product_id
        and named.source_rank = best_ranks.source_rank
    group by named.connection_id, named.product_id

),

vendor_skus as (

    select connection_id, product_id, max(vendor_sku) as vendor_sku
    from named
    where vendor_sku is not null
    group by connection_id, product_id

),

final as (

    select
        'pax8' as namespace,
        best.connection_id,
        best.product_id as source_product_id,
        coalesce(best.product_name, best.product_id) as product_name,
        best.vendor_name,
        best.distributor_sku,
        vendor_skus.vendor_sku,
        {{ commerce_part_number('vendor_skus.vendor_sku') }} as part_number
    from best
    left join vendor_skus
        on best.connection_id = vendor_skus.connection_id
        and best.product_id = vendor_skus.product_id

)

select * from final
