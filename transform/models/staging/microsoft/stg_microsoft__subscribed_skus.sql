with

source as (

    select *
    from {{ source('microsoft', 'subscribed_skus') }}

),

final as (

    select
        lower(tenant_id) as tenant_id,
        lower(sku_id) as sku_id,
        sku_part_number,
        applies_to,
        capability_status,
        coalesce(prepaid_units_enabled, 0) as enabled_seats,
        coalesce(prepaid_units_warning, 0) as warning_seats,
        coalesce(prepaid_units_suspended, 0) as suspended_seats,
        coalesce(prepaid_units_locked_out, 0) as locked_out_seats,
        coalesce(consumed_units, 0) as consumed_seats,
        service_plans,
        subscription_ids,
        is_removed,
        removed_at,
        _extracted_at as extracted_at,
        _as_of_date,
        _run_id,
        _dlt_load_id
    from source

)

select * from final
