with

source as (

    select *
    from {{ source('config', 'tenants') }}

),

final as (

    select
        lower(tenant_id) as tenant_id,
        configured_id,
        nullif(customer_id, '') as customer_id,
        is_msp as is_msp_tenant,
        cloud,
        lower(client_id) as client_id
    from source

)

select * from final
