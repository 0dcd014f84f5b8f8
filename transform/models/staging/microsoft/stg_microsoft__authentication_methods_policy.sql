with

source as (

    select *
    from {{ source('microsoft', 'authentication_methods_policy') }}

),

final as (

    select
        lower(tenant_id) as tenant_id,
        id as policy_id,
        policy_version,
        policy_migration_state,
        registration_campaign_state,
        authentication_method_configurations as method_configurations,
        last_modified_date_time as last_modified_at,
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
