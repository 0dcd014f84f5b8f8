with

source as (

    select *
    from {{ source('config', 'break_glass') }}

),

final as (

    select
        lower(tenant_id) as tenant_id,
        lower(user_ref) as user_ref,
        owner,
        note
    from source

)

select * from final
