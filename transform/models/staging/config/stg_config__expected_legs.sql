with

source as (

    select *
    from {{ source('config', 'expected_legs') }}

),

final as (

    select
        vendor,
        connection_id,
        coalesce(lower(tenant_id), '') as tenant_id,
        table_name,
        stale_after_hours
    from source

)

select * from final
