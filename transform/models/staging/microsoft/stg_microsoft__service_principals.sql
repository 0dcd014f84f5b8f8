with

source as (

    select *
    from {{ source('microsoft', 'service_principals') }}

),

final as (

    select
        lower(tenant_id) as tenant_id,
        lower(id) as service_principal_id,
        lower(app_id) as app_id,
        lower(app_owner_organization_id) as app_owner_organization_id,
        display_name as service_principal_name,
        service_principal_type,
        coalesce(account_enabled, true) as is_account_enabled,
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
