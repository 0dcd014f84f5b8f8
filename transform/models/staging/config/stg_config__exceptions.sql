with

source as (

    select *
    from {{ source('config', 'exceptions') }}

),

final as (

    select
        rule_or_kind,
        customer_id,
        lower(tenant_id) as tenant_id,
        subject_id,
        reason,
        owner,
        expires_on as expires_date
    from source

)

select * from final
