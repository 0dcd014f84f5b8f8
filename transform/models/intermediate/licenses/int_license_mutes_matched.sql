with

int_license_finding_values as (

    select finding_id, kind, customer_id, product_id, subscription_id, subject_id
    from {{ ref('int_license_finding_values') }}

),

int_license_exceptions as (

    select rule_or_kind, customer_id, tenant_id, subject_id, reason, expires_date
    from {{ ref('int_license_exceptions') }}

),

int_license_tenant_legs as (

    select customer_id, tenant_id
    from {{ ref('int_license_tenant_legs') }}

),

-- A finding adds up every tenant of its customer: naming one tenant fits only where it is alone.
sole_tenants as (

    select customer_id, min(tenant_id) as tenant_id
    from int_license_tenant_legs
    where customer_id <> 'unassigned'
    group by customer_id
    having count(*) = 1

),

matched as (

    select
        int_license_finding_values.finding_id,
        int_license_exceptions.reason,
        int_license_exceptions.expires_date,
        row_number() over (
            partition by int_license_finding_values.finding_id
            order by
                coalesce(int_license_exceptions.expires_date, date '9999-12-31') desc,
                int_license_exceptions.reason
        ) as mute_rank
    from int_license_finding_values
    left join sole_tenants
        on int_license_finding_values.customer_id = sole_tenants.customer_id
    inner join int_license_exceptions
        on int_license_exceptions.rule_or_kind in ('*', int_license_finding_values.kind)
        and int_license_exceptions.customer_id in ('*', int_license_finding_values.customer_id)
        and int_license_exceptions.tenant_id in ('*', sole_tenants.tenant_id)
        and int_license_exceptions.subject_id in (
            '*',
            lower(int_license_finding_values.product_id),
            lower(int_license_finding_values.subscription_id),
            lower(int_license_finding_values.subject_id)
        )

),

final as (

    select
        finding_id,
        reason as mute_reason,
        expires_date as mute_expires_date
    from matched
    where mute_rank = 1

)

select * from final
