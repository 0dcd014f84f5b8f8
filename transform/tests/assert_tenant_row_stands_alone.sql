-- Fails when a subject-level rule shows its tenant's own row beside a failure, or shows it twice.
with

findings as (

    select
        rule_id,
        tenant_id,
        subject_type,
        status
    from {{ ref('mart_posture_findings') }}
    where resolved_date is null

),

subject_rules as (

    select rule_id
    from {{ ref('posture_rules') }}
    where level = 'subject'

)

select
    findings.rule_id,
    findings.tenant_id
from findings
inner join subject_rules
    on findings.rule_id = subject_rules.rule_id
group by findings.rule_id, findings.tenant_id
having
    count(case when findings.subject_type = 'tenant' then 1 end) > 1
    or (
        count(case when findings.subject_type = 'tenant' then 1 end) = 1
        and count(case when findings.status = 'fail' then 1 end) > 0
    )
    or count(case when findings.subject_type <> 'tenant' and findings.status <> 'fail' then 1 end)
    > 0
