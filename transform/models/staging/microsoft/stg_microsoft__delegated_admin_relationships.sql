with

source as (

    select *
    from {{ source('microsoft', 'delegated_admin_relationships') }}

),

final as (

    select
        lower(tenant_id) as tenant_id,
        id as relationship_id,
        lower(customer_tenant_id) as customer_tenant_id,
        display_name as relationship_name,
        customer_display_name as customer_tenant_name,
        status as relationship_status,
        duration,
        auto_extend_duration,
        roles,
        created_date_time as created_at,
        activated_date_time as activated_at,
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
