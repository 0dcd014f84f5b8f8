-- Fails when the customers' critical findings do not add up to those of mart_posture_findings.
with

overview as (

    select coalesce(sum(critical_finding_count), 0) as finding_count
    from {{ ref('mart_customer_overview') }}

),

findings as (

    select count(*) as finding_count
    from {{ ref('mart_posture_findings') }}
    where status = 'fail' and severity = 'critical' and not is_excepted

)

select
    overview.finding_count as overview_count,
    findings.finding_count
from overview
cross join findings
where overview.finding_count <> findings.finding_count
