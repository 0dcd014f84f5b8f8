with

source as (

    select *
    from {{ source('microsoft', 'user_registration_details') }}

),

final as (

    select
        lower(tenant_id) as tenant_id,
        lower(id) as user_id,
        user_type,
        user_preferred_method_for_secondary_authentication as user_preferred_method,
        system_preferred_authentication_methods as system_preferred_methods,
        methods_registered,
        is_admin,
        is_mfa_registered,
        is_mfa_capable,
        is_passwordless_capable,
        is_sspr_registered,
        is_sspr_enabled,
        is_sspr_capable,
        is_system_preferred_authentication_method_enabled as is_system_preferred_enabled,
        last_updated_date_time as last_updated_at,
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
