with

source as (

    select *
    from {{ source('microsoft', 'organization') }}

),

final as (

    select
        lower(tenant_id) as tenant_id,
        display_name,
        tenant_type,
        country_letter_code as country_code,
        partner_tenant_type,
        verified_domains,
        assigned_plans,
        coalesce(on_premises_sync_enabled, false) as is_synced,
        created_date_time as created_at,
        on_premises_last_sync_date_time as last_synced_at,
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
