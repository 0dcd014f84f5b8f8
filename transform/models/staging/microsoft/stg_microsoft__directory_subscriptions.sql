with

source as (

    select *
    from {{ source('microsoft', 'directory_subscriptions') }}

),

final as (

    select
        lower(tenant_id) as tenant_id,
        id as directory_subscription_id,
        lower(commerce_subscription_id) as commerce_subscription_id,
        lower(sku_id) as sku_id,
        sku_part_number,
        status,
        owner_id,
        owner_type,
        lower(owner_tenant_id) as owner_tenant_id,
        coalesce(total_licenses, 0) as total_seats,
        coalesce(is_trial, false) as is_trial,
        created_date_time as created_at,
        next_lifecycle_date_time as next_lifecycle_at,
        is_removed,
        removed_at,
        _extracted_at as extracted_at,
        _as_of_date,
        _run_id,
        _dlt_load_id
    from source

)

select * from final
