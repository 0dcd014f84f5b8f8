{%- set target = "cast('" ~ var('coverage_target') ~ "' as decimal(9, 6))" -%}

with

customers as (

    select
        customer_id,
        customer_name,
        is_active,
        is_billable
    from {{ ref('dim_customers') }}

),

money as (

    select
        customer_id,
        ttm_revenue_amount,
        ttm_gross_margin_amount,
        ttm_gross_margin_ratio,
        margin_tier,
        uncontracted_monthly_amount,
        recoverable_monthly_amount,
        recoverable_later_monthly_amount,
        open_leakage_count,
        unpriced_finding_count
    from {{ ref('int_customer_money_aggregated') }}

),

posture as (

    select
        customer_id,
        coverage_ratio,
        unknown_ratio,
        critical_finding_count,
        exposed_privileged_count
    from {{ ref('int_customer_posture_aggregated') }}

),

contact as (

    select
        customer_id,
        last_mail_at,
        next_meeting_at
    from {{ ref('int_customer_contact_aggregated') }}

),

legs as (

    select
        customer_id,
        stale_leg_count,
        oldest_leg_at
    from {{ ref('int_customer_legs_aggregated') }}

),

joined as (

    select
        customers.customer_id,
        customers.customer_name,
        customers.is_active,
        customers.is_billable,
        money.ttm_revenue_amount,
        money.ttm_gross_margin_amount,
        money.ttm_gross_margin_ratio,
        money.margin_tier,
        money.uncontracted_monthly_amount,
        money.recoverable_monthly_amount,
        money.recoverable_later_monthly_amount,
        money.open_leakage_count,
        money.unpriced_finding_count,
        posture.coverage_ratio,
        posture.unknown_ratio,
        coalesce(posture.critical_finding_count, 0) as critical_finding_count,
        coalesce(posture.exposed_privileged_count, 0) as exposed_privileged_count,
        contact.last_mail_at,
        contact.next_meeting_at,
        coalesce(legs.stale_leg_count, 0) as stale_leg_count,
        legs.oldest_leg_at
    from customers
    inner join money
        on customers.customer_id = money.customer_id
    inner join contact
        on customers.customer_id = contact.customer_id
    left join posture
        on customers.customer_id = posture.customer_id
    left join legs
        on customers.customer_id = legs.customer_id

),

-- Danger first, then money, then thin protection, a poor margin and what could not be seen.
final as (

    select
        customer_id,
        customer_name,
        ttm_revenue_amount,
        ttm_gross_margin_amount,
        ttm_gross_margin_ratio,
        margin_tier,
        uncontracted_monthly_amount,
        recoverable_monthly_amount,
        open_leakage_count,
        coverage_ratio,
        unknown_ratio,
        critical_finding_count,
        exposed_privileged_count,
        last_mail_at,
        next_meeting_at,
        stale_leg_count,
        oldest_leg_at,
        cast(row_number() over (
            order by
                is_active desc,
                exposed_privileged_count desc,
                critical_finding_count desc,
                uncontracted_monthly_amount + recoverable_monthly_amount desc,
                coalesce(coverage_ratio, 1),
                coalesce(ttm_gross_margin_ratio, 1),
                stale_leg_count desc,
                customer_id
        ) as integer) as attention_rank,
        case
            when exposed_privileged_count > 0
                then 'Privileged accounts that sign in without multifactor authentication: '
                    || cast(exposed_privileged_count as varchar) || '.'
            when critical_finding_count > 0
                then 'Critical posture findings: '
                    || cast(critical_finding_count as varchar) || '.'
            when uncontracted_monthly_amount > 0
                then 'Seats are in use that no agreement bills.'
            when recoverable_monthly_amount > 0
                then 'Seats are paid for that can be given back now.'
            when coverage_ratio < {{ target }}
                then 'Multifactor coverage is below target.'
            when ttm_gross_margin_amount < 0
                then 'The last twelve months lost money.'
            when stale_leg_count > 0
                then 'Sources that could not be read: ' || cast(stale_leg_count as varchar) || '.'
        end as attention_reason,
        is_billable,
        unpriced_finding_count,
        recoverable_later_monthly_amount
    from joined

)

select * from final
