with

source as (

    select *
    from {{ source('microsoft', 'users') }}

),

final as (

    select
        lower(tenant_id) as tenant_id,
        lower(id) as user_id,
        user_principal_name,
        display_name,
        lower(mail) as mail,
        user_type,
        creation_type,
        external_user_state,
        usage_location,
        assigned_licenses,
        coalesce(account_enabled, true) as is_account_enabled,
        coalesce(on_premises_sync_enabled, false) as is_synced,
        created_date_time as created_at,
        external_user_state_change_date_time as external_user_state_changed_at,
        _connection_id as connection_id,
        is_removed,
        removed_at,
        _run_id,
        _as_of_date,
        _extracted_at as extracted_at,
        _dlt_load_id
    from source

)

select * from final
