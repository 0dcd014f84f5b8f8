with

source as (

    select *
    from {{ source('config', 'customer_map') }}

),

final as (

    select
        lower(namespace) as namespace,
        lower(external_id) as external_id,
        customer_id,
        decision,
        decided_by,
        decided_on as decided_date,
        note
    from source

)

select * from final
