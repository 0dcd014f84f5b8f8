with

source as (

    select *
    from {{ source('microsoft', 'role_definitions') }}

),

final as (

    select
        lower(tenant_id) as tenant_id,
        lower(id) as role_definition_id,
        lower(coalesce(template_id, id)) as role_template_id,
        display_name as role_name,
        role_permissions,
        coalesce(is_built_in, true) as is_built_in,
        coalesce(is_enabled, true) as is_enabled,
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
