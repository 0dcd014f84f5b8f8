with

source as (

    select *
    from {{ source('microsoft', 'groups') }}

),

final as (

    select
        lower(tenant_id) as tenant_id,
        lower(id) as group_id,
        display_name as group_name,
        group_types,
        coalesce(is_assignable_to_role, false) as is_role_assignable,
        coalesce(security_enabled, false) as is_security_enabled,
        coalesce(mail_enabled, false) as is_mail_enabled,
        coalesce(on_premises_sync_enabled, false) as is_synced,
        created_date_time as created_at,
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
