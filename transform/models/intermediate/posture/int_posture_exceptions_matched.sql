with

findings as (

    select
        finding_id,
        rule_id,
        tenant_id,
        lower(subject_id) as subject_id
    from {{ ref('int_posture_findings_dated') }}
    where status = 'fail'

),

tenants as (

    select
        tenant_id,
        customer_id
    from {{ ref('dim_tenants') }}

),

exceptions as (

    select
        rule_or_kind,
        customer_id,
        tenant_id,
        lower(subject_id) as subject_id,
        owner,
        expires_date
    from {{ ref('stg_config__exceptions') }}
    where expires_date is null or expires_date > {{ as_of_date() }}

),

matched as (

    select
        findings.finding_id,
        exceptions.owner,
        exceptions.expires_date,
        -- Where several fit, the one that lasts longest is shown.
        row_number() over (
            partition by findings.finding_id
            order by coalesce(exceptions.expires_date, date '9999-12-31') desc, exceptions.owner
        ) as choice_number
    from findings
    inner join tenants
        on findings.tenant_id = tenants.tenant_id
    inner join exceptions
        on exceptions.rule_or_kind in (findings.rule_id, '*')
        and exceptions.customer_id in (tenants.customer_id, '*')
        and exceptions.tenant_id in (findings.tenant_id, '*')
        and exceptions.subject_id in (findings.subject_id, '*')

),

final as (

    select
        finding_id,
        owner as exception_owner,
        expires_date as exception_expires_date
    from matched
    where choice_number = 1

)

select * from final
