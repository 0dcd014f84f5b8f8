with

source as (

    select *
    from {{ source('microsoft', 'domains') }}

),

final as (

    select
        lower(tenant_id) as tenant_id,
        lower(id) as domain,
        authentication_type,
        supported_services,
        coalesce(is_default, false) as is_default,
        coalesce(is_initial, false) as is_initial,
        coalesce(is_verified, false) as is_verified,
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
