with

source as (

    select *
    from {{ source('microsoft', 'delegated_admin_customers') }}

),

final as (

    select
        lower(tenant_id) as tenant_id,
        id as delegated_customer_id,
        lower(customer_tenant_id) as customer_tenant_id,
        display_name as customer_tenant_name,
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
