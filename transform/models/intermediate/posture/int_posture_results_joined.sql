{{ config(materialized='table') }}

{%- set rules = [
    'mfa_user_not_capable',
    'mfa_user_exposed',
    'mfa_weak_methods_only',
    'mfa_privileged_not_capable',
    'mfa_privileged_not_phishing_resistant',
    'mfa_coverage_below_target',
    'mfa_coverage_dropped',
    'role_global_admin_too_few',
    'role_global_admin_too_many',
    'role_guest_privileged',
    'role_synced_privileged',
    'role_disabled_privileged',
    'role_service_principal_privileged',
    'role_permanent_where_pim',
    'role_new_privileged',
    'role_privileged_with_license',
    'ca_no_mfa_for_all',
    'ca_mfa_report_only',
    'ca_mfa_exclusions',
    'ca_legacy_auth_allowed',
    'ca_dead_reference',
    'ca_mfa_gap',
    'security_defaults_off_without_policy',
    'break_glass_missing',
    'break_glass_used',
    'break_glass_attempted',
    'account_stale',
    'guest_stale',
    'account_disabled_licensed',
    'credential_expiring',
    'credential_expired',
    'connector_credential_expiring',
    'secure_score_dropped',
] %}

with

{% for rule in rules -%}
rule_{{ rule }} as (

    select
        rule_id,
        tenant_id,
        subject_type,
        subject_id,
        subject_name,
        status,
        status_reason,
        expected,
        actual,
        evidence
    from {{ ref('rule_' ~ rule) }}

),

{% endfor -%}
posture_rules as (

    select
        rule_id,
        rule_version,
        level
    from {{ ref('posture_rules') }}

),

results as (

    {% for rule in rules -%}
    select * from rule_{{ rule }}
    {{- '\n\n    union all\n\n    ' if not loop.last }}
    {%- endfor %}

),

rule_states as (

    select
        rule_id,
        tenant_id,
        {{ any_row("status = 'fail'") }} as has_failure,
        {{ any_row("status = 'not_checked' and subject_type <> 'tenant'") }} as has_open_subject,
        {{ any_row("status = 'not_checked' and subject_type = 'tenant'") }} as is_open
    from results
    group by rule_id, tenant_id

),

final as (

    select
        {{ finding_hash(
            "results.rule_id || '|' || results.tenant_id || '|' || results.subject_id"
        ) }} as finding_id,
        results.rule_id,
        results.tenant_id,
        results.subject_type,
        results.subject_id,
        results.subject_name,
        results.status,
        results.status_reason,
        results.expected,
        results.actual,
        results.evidence,
        posture_rules.rule_version,
        -- A subject that is not in the results was judged, and passed, only where nothing is open
        -- but single subjects.
        case
            when results.subject_type = 'tenant'
                then not rule_states.is_open
                    or (rule_states.has_failure and rule_states.has_open_subject)
        end as is_rest_judged,
        -- Shown: every failure, and the tenant's own row where nothing fails.
        case
            when results.status = 'fail' then true
            when results.subject_type = 'tenant' then not rule_states.has_failure
            else false
        end as is_shown
    from results
    inner join posture_rules
        on results.rule_id = posture_rules.rule_id
    inner join rule_states
        on results.rule_id = rule_states.rule_id
        and results.tenant_id = rule_states.tenant_id

)

select * from final
