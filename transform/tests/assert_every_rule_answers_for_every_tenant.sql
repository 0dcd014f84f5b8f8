-- Fails when a rule says nothing about a tenant, or a tenant-level rule does not give exactly one row.
with

findings as (

    select
        rule_id,
        tenant_id,
        count(*) as row_count,
        count(resolved_date) as resolved_count
    from {{ ref('mart_posture_findings') }}
    group by rule_id, tenant_id

),

rules as (

    select
        rule_id,
        level
    from {{ ref('posture_rules') }}

),

tenants as (

    select tenant_id
    from {{ ref('dim_tenants') }}

),

known_rules as (

    select distinct rule_id
    from {{ ref('int_posture_results_joined') }}

)

select
    known_rules.rule_id,
    tenants.tenant_id,
    findings.row_count
from known_rules
cross join tenants
inner join rules
    on known_rules.rule_id = rules.rule_id
left join findings
    on known_rules.rule_id = findings.rule_id
    and tenants.tenant_id = findings.tenant_id
where
    findings.row_count is null
    or (rules.level = 'tenant' and findings.row_count <> 1)
    or (rules.level = 'subject' and findings.row_count = findings.resolved_count)
