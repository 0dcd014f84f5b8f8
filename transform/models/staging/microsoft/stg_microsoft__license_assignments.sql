with

source as (

    select *
    from {{ source('microsoft', 'license_assignments') }}

),

final as (

    select
        lower(tenant_id) as tenant_id,
        lower(user_id) as user_id,
        lower(sku_id) as sku_id,
        -- The group's id, or the word `direct`.
        assigned_by_group,
        state as assignment_state,
        error as assignment_error,
        disabled_plans,
        last_updated_date_time as last_updated_at,
        is_removed,
        removed_at,
        _extracted_at as extracted_at,
        _as_of_date,
        _run_id,
        _dlt_load_id
    from source

)

select * from final
