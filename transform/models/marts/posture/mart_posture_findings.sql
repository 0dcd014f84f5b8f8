{#- The settings may give a rule another severity than its own. -#}
{%- set severities = var('posture_severities') -%}

with

findings as (

    select
        finding_id,
        rule_id,
        tenant_id,
        subject_type,
        subject_id,
        subject_name,
        status,
        status_reason,
        expected,
        actual,
        evidence,
        rule_version,
        first_seen_date,
        last_seen_date,
        resolved_date
    from {{ ref('int_posture_findings_dated') }}

),

posture_rules as (

    select
        rule_id,
        title,
        {%- if severities %}
        case rule_id
            {%- for rule, severity in severities.items() %}
            when '{{ rule }}' then '{{ severity }}'
            {%- endfor %}
            else severity
        end as severity
        {%- else %}
        severity
        {%- endif %}
    from {{ ref('posture_rules') }}

),

rule_controls as (

    select
        rule_id,
        controls
    from {{ ref('int_posture_controls_aggregated_to_rule') }}

),

exceptions as (

    select
        finding_id,
        exception_owner,
        exception_expires_date
    from {{ ref('int_posture_exceptions_matched') }}

),

tenants as (

    select
        tenant_id,
        tenant_name,
        customer_id,
        customer_name
    from {{ ref('dim_tenants') }}

),

final as (

    select
        findings.finding_id,
        findings.rule_id,
        findings.rule_version,
        posture_rules.title,
        posture_rules.severity,
        findings.tenant_id,
        tenants.customer_id,
        tenants.customer_name,
        findings.subject_type,
        findings.subject_id,
        case when findings.subject_type = 'tenant' then tenants.tenant_name
            else findings.subject_name
        end as subject_name,
        findings.status,
        findings.status_reason,
        findings.expected,
        findings.actual,
        findings.evidence,
        findings.first_seen_date,
        findings.last_seen_date,
        findings.resolved_date,
        exceptions.finding_id is not null as is_excepted,
        exceptions.exception_owner,
        exceptions.exception_expires_date,
        coalesce(rule_controls.controls, '{}') as controls
    from findings
    inner join posture_rules
        on findings.rule_id = posture_rules.rule_id
    inner join tenants
        on findings.tenant_id = tenants.tenant_id
    left join rule_controls
        on findings.rule_id = rule_controls.rule_id
    left join exceptions
        on findings.finding_id = exceptions.finding_id

)

select * from final
