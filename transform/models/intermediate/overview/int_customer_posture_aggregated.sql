with

tenants as (

    select
        tenant_id,
        customer_id
    from {{ ref('dim_tenants') }}

),

coverage as (

    select
        tenant_id,
        in_scope_count,
        protected_count,
        partial_count,
        exposed_count,
        unknown_count
    from {{ ref('int_mfa_coverage_aggregated_to_tenant') }}

),

findings as (

    select
        tenant_id,
        count(*) as critical_finding_count
    from {{ ref('mart_posture_findings') }}
    where status = 'fail' and severity = 'critical' and not is_excepted
    group by tenant_id

),

exposed_privileged as (

    select
        tenant_id,
        count(distinct principal_id) as exposed_privileged_count
    from {{ ref('mart_privileged_accounts') }}
    where mfa_verdict = 'exposed'
    group by tenant_id

),

final as (

    select
        tenants.customer_id,
        {{ ratio(
            'sum(coverage.protected_count)',
            'sum(coverage.protected_count + coverage.partial_count + coverage.exposed_count)'
        ) }} as coverage_ratio,
        {{ ratio('sum(coverage.unknown_count)', 'sum(coverage.in_scope_count)') }}
            as unknown_ratio,
        cast(coalesce(sum(findings.critical_finding_count), 0) as integer)
            as critical_finding_count,
        cast(coalesce(sum(exposed_privileged.exposed_privileged_count), 0) as integer)
            as exposed_privileged_count
    from tenants
    left join coverage
        on tenants.tenant_id = coverage.tenant_id
    left join findings
        on tenants.tenant_id = findings.tenant_id
    left join exposed_privileged
        on tenants.tenant_id = exposed_privileged.tenant_id
    group by tenants.customer_id

)

select * from final
