with

stg_config__exceptions as (

    select rule_or_kind, customer_id, tenant_id, subject_id, reason, owner, expires_date
    from {{ ref('stg_config__exceptions') }}

),

final as (

    select
        rule_or_kind,
        customer_id,
        tenant_id,
        lower(subject_id) as subject_id,
        reason,
        owner,
        expires_date
    from stg_config__exceptions
    where expires_date is null or expires_date > {{ as_of_date() }}

)

select * from final
