with

tenant_policies as (

    select
        tenant_id,
        policies_unknown_reason,
        security_defaults_unknown_reason,
        has_mfa_policy_for_all,
        has_external_policy_for_all,
        are_security_defaults_on
    from {{ ref('int_tenant_mfa_policies_aggregated') }}

),

evaluated as (

    select
        tenant_id,
        case
            when has_mfa_policy_for_all or are_security_defaults_on then 'pass'
            when
                policies_unknown_reason is not null
                or security_defaults_unknown_reason is not null
                or has_external_policy_for_all
                then 'not_checked'
            else 'fail'
        end as status,
        case
            when not has_mfa_policy_for_all and not are_security_defaults_on
                then {{ first_reason([
                    'policies_unknown_reason',
                    'security_defaults_unknown_reason',
                    "(case when has_external_policy_for_all then 'external_mfa' end)",
                ]) }}
        end as status_reason,
        case
            when has_mfa_policy_for_all then 'policy'
            when are_security_defaults_on then 'security defaults'
            when has_external_policy_for_all then 'policy that asks for another vendor''s factor'
            when policies_unknown_reason is null and security_defaults_unknown_reason is null
                then 'none'
        end as actual,
        {{ json_object_text({
            'has_mfa_policy_for_all': 'has_mfa_policy_for_all',
            'are_security_defaults_on': 'are_security_defaults_on',
        }) }} as evidence
    from tenant_policies

),

{{ tenant_rule(
    'ca_no_mfa_for_all',
    "'an enabled policy for all users and all apps that requires MFA, or security defaults'"
) }}
