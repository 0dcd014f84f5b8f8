with

source as (

    select *
    from {{ source('microsoft', 'security_defaults') }}

),

final as (

    select
        lower(tenant_id) as tenant_id,
        id as policy_id,
        display_name as policy_name,
        is_enabled,
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
