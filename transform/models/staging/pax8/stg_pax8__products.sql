with

source as (

    select *
    from {{ source('pax8', 'products') }}

),

final as (

    select
        _connection_id as connection_id,
        lower(id) as product_id,
        name as product_name,
        vendor_name,
        nullif(sku, '') as distributor_sku,
        nullif(vendor_sku, '') as vendor_sku,
        alt_vendor_sku,
        requires_commitment,
        is_removed,
        _as_of_date,
        _extracted_at as extracted_at,
        removed_at,
        _run_id,
        _dlt_load_id
    from source

)

select * from final
