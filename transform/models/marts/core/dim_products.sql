with

map_products as (

    select
        namespace, source_product_id, product_name, vendor_name, part_number, product_id, status
    from {{ ref('map_products') }}

),

known_skus as (

    select sku_id, reported_part_number, is_observed, is_company_sku
    from {{ ref('int_known_skus') }}

),

seeded_skus as (

    select
        sku_id, sku_part_number, product_name, is_trial, is_free, is_nonprofit, is_device
    from {{ ref('microsoft_skus') }}

),

part_numbers as (

    select part_number, sku_id
    from {{ ref('microsoft_part_numbers') }}

),

rejected_products as (

    select distinct product_id
    from {{ ref('stg_config__product_map') }}
    where decision = 'rejected'

),

sku_part_numbers as (

    select sku_id, min(part_number) as part_number
    from part_numbers
    group by sku_id

),

used_skus as (

    select sku_id
    from known_skus
    where is_observed

    union

    select {{ dbt.replace('product_id', "'ms:'", "''") }} as sku_id
    from map_products
    where product_id like 'ms:%'

),

-- A SKU that the list does not hold yet is judged by the words of its part number.
microsoft_products as (

    select
        'ms:' || used_skus.sku_id as product_id,
        coalesce(
            seeded_skus.product_name, known_skus.reported_part_number, used_skus.sku_id
        ) as product_name,
        'Microsoft' as vendor_name,
        used_skus.sku_id,
        coalesce(known_skus.reported_part_number, seeded_skus.sku_part_number) as sku_part_number,
        sku_part_numbers.part_number,
        true as is_license,
        coalesce(
            seeded_skus.is_trial,
            upper(known_skus.reported_part_number) like '%TRIAL%',
            false
        ) as is_trial,
        coalesce(
            seeded_skus.is_free,
            upper(known_skus.reported_part_number) like '%VIRAL%'
            or upper(known_skus.reported_part_number) like '%\_FREE' escape '\',
            false
        ) as is_free,
        coalesce(
            seeded_skus.is_nonprofit,
            upper(known_skus.reported_part_number) like '%NONPROFIT%'
            or upper(known_skus.reported_part_number) like '%NON_PROFIT%',
            false
        ) as is_nonprofit,
        coalesce(seeded_skus.is_device, false) or coalesce(known_skus.is_company_sku, false)
            as is_device_license
    from used_skus
    left join seeded_skus
        on used_skus.sku_id = seeded_skus.sku_id
    left join known_skus
        on used_skus.sku_id = known_skus.sku_id
    left join sku_part_numbers
        on used_skus.sku_id = sku_part_numbers.sku_id

),

own_products as (

    select
        map_products.namespace || ':' || map_products.source_product_id as product_id,
        max(map_products.product_name) as product_name,
        max(map_products.vendor_name) as vendor_name,
        cast(null as varchar) as sku_id,
        cast(null as varchar) as sku_part_number,
        max(map_products.part_number) as part_number,
        -- What a distributor sells by subscription is a licence, what only the PSA knows is not.
        map_products.namespace != 'psa' as is_license,
        false as is_trial,
        false as is_free,
        false as is_nonprofit,
        false as is_device_license
    from map_products
    where
        map_products.product_id
        = map_products.namespace || ':' || map_products.source_product_id
    group by map_products.namespace, map_products.source_product_id

),

-- A reviewed row may name a product that no system lists (any more).
named_products as (

    select
        map_products.product_id,
        max(map_products.product_name) as product_name,
        max(map_products.vendor_name) as vendor_name,
        cast(null as varchar) as sku_id,
        cast(null as varchar) as sku_part_number,
        max(map_products.part_number) as part_number,
        map_products.product_id not like 'psa:%' as is_license,
        false as is_trial,
        false as is_free,
        false as is_nonprofit,
        false as is_device_license
    from map_products
    left join own_products
        on map_products.product_id = own_products.product_id
    where map_products.product_id not like 'ms:%' and own_products.product_id is null
    group by map_products.product_id

),

all_products as (

    select * from microsoft_products
    union all
    select * from own_products
    union all
    select * from named_products

),

final as (

    select
        all_products.product_id,
        all_products.product_name,
        all_products.vendor_name,
        all_products.sku_id,
        all_products.sku_part_number,
        all_products.part_number,
        all_products.is_license,
        all_products.is_trial,
        all_products.is_free,
        all_products.is_nonprofit,
        all_products.is_trial
        or all_products.is_free
        or all_products.is_device_license
        or rejected_products.product_id is not null as is_excluded_from_leakage,
        all_products.is_device_license
    from all_products
    left join rejected_products
        on all_products.product_id = rejected_products.product_id
        and all_products.product_id not like 'ms:%'

)

select * from final
