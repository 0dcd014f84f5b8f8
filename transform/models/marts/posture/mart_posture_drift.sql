{%- set severities = {
    'coverage_dropped': 'high',
    'privileged_added': 'high',
    'privileged_removed': 'info',
    'method_removed': 'low',
    'policy_disabled': 'high',
    'policy_weakened': 'medium',
    'secure_score_dropped': 'medium',
    'user_exposed': 'high',
} -%}

with

roles as (

    select
        tenant_id, occurred_date, kind, subject_id, detail, subject_name, before_value, after_value
    from {{ ref('int_privileged_roles_drifted') }}

),

policies as (

    select
        tenant_id, occurred_date, kind, subject_id, detail, subject_name, before_value, after_value
    from {{ ref('int_policies_drifted') }}

),

users as (

    select
        tenant_id, occurred_date, kind, subject_id, detail, subject_name, before_value, after_value
    from {{ ref('int_users_drifted') }}

),

results as (

    select
        rule_id,
        tenant_id,
        status,
        evidence,
        valid_from_date
    from {{ ref('int_posture_results_known') }}
    where
        rule_id in ('mfa_coverage_dropped', 'secure_score_dropped')
        and status in ('pass', 'fail')

),

tenants as (

    select
        tenant_id,
        tenant_name,
        customer_id,
        customer_name
    from {{ ref('dim_tenants') }}

),

-- A fall is told once, when its rule turns; dates that could not be judged do not turn it.
judged as (

    select
        rule_id,
        tenant_id,
        status,
        evidence,
        valid_from_date,
        lag(status) over (partition by rule_id, tenant_id order by valid_from_date)
            as earlier_status
    from results

),

falls as (

    select
        tenant_id,
        valid_from_date as occurred_date,
        case rule_id when 'mfa_coverage_dropped' then 'coverage_dropped' else rule_id end as kind,
        tenant_id as subject_id,
        '' as detail,
        cast(null as varchar) as subject_name,
        {{ json_text('evidence', 'before_ratio') }} as before_value,
        {{ json_text('evidence', 'after_ratio') }} as after_value
    from judged
    where status = 'fail' and earlier_status is distinct from 'fail'

),

events as (

    select * from roles

    union all

    select * from policies

    union all

    select * from users

    union all

    select * from falls

),

final as (

    select
        {{ finding_hash(
            "events.kind || '|' || events.tenant_id || '|' || events.subject_id || '|'"
            ~ " || events.detail || '|' || cast(events.occurred_date as varchar)"
        ) }} as drift_id,
        events.tenant_id,
        tenants.customer_id,
        tenants.customer_name,
        events.occurred_date,
        events.kind,
        events.subject_id,
        coalesce(
            events.subject_name,
            case when events.subject_id = events.tenant_id then tenants.tenant_name end
        ) as subject_name,
        events.before_value,
        events.after_value,
        case events.kind
            {%- for kind, severity in severities.items() %}
            when '{{ kind }}' then '{{ severity }}'
            {%- endfor %}
        end as severity
    from events
    inner join tenants
        on events.tenant_id = tenants.tenant_id

)

select * from final
