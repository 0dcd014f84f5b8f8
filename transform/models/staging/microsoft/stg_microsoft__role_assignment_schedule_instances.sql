with

source as (

    select *
    from {{ source('microsoft', 'role_assignment_schedule_instances') }}

),

final as (

    select
        lower(tenant_id) as tenant_id,
        id as schedule_instance_id,
        lower(principal_id) as principal_id,
        lower(role_definition_id) as role_definition_id,
        role_assignment_origin_id,
        role_assignment_schedule_id,
        coalesce(directory_scope_id, app_scope_id, '/') as directory_scope,
        principal_odata_type,
        principal_display_name as principal_name,
        member_type,
        assignment_type,
        start_date_time as started_at,
        end_date_time as ends_at,
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
