with

dim_products as (

    select product_id, sku_id, is_license, is_excluded_from_leakage
    from {{ ref('dim_products') }}

),

map_products as (

    select product_id, status
    from {{ ref('map_products') }}

),

mapped_products as (

    select
        product_id,
        max(case when status = 'accepted' then 1 else 0 end) = 1 as is_mapped
    from map_products
    group by product_id

),

final as (

    select
        dim_products.product_id,
        lower(dim_products.sku_id) as sku_id,
        dim_products.is_license,
        dim_products.is_excluded_from_leakage,
        dim_products.sku_id is not null or coalesce(mapped_products.is_mapped, false) as is_mapped
    from dim_products
    left join mapped_products
        on dim_products.product_id = mapped_products.product_id

)

select * from final
