with

gaps as (

    select
        gap_id,
        tenant_id,
        gap_kind,
        gap_subject,
        gap_name,
        policy_ids,
        affected_user_count,
        is_accepted
    from {{ ref('int_mfa_gaps_named') }}

),

history as (

    select
        gap_id,
        min(valid_from_date) as first_seen_date
    from {{ ref('hist_posture__mfa_gaps') }}
    where valid_from_date <= {{ as_of_date() }}
    group by gap_id

),

tenants as (

    select
        tenant_id,
        customer_id,
        customer_name
    from {{ ref('dim_tenants') }}

),

final as (

    select
        gaps.gap_id,
        gaps.tenant_id,
        tenants.customer_id,
        tenants.customer_name,
        gaps.gap_kind,
        gaps.gap_subject,
        gaps.gap_name,
        gaps.policy_ids,
        gaps.affected_user_count,
        gaps.is_accepted,
        coalesce(history.first_seen_date, {{ as_of_date() }}) as first_seen_date
    from gaps
    inner join tenants
        on gaps.tenant_id = tenants.tenant_id
    left join history
        on gaps.gap_id = history.gap_id

)

select * from final
