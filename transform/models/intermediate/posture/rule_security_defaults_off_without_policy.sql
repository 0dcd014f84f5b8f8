with

tenant_policies as (

    select
        tenant_id,
        policies_unknown_reason,
        security_defaults_unknown_reason,
        -- Enabled ones that can reach a user: one for workloads or agents protects no sign-in.
        user_policy_count,
        are_security_defaults_on
    from {{ ref('int_tenant_mfa_policies_aggregated') }}

),

evaluated as (

    select
        tenant_id,
        case
            when are_security_defaults_on or user_policy_count > 0 then 'pass'
            when
                policies_unknown_reason is not null
                or security_defaults_unknown_reason is not null
                then 'not_checked'
            else 'fail'
        end as status,
        case
            when not are_security_defaults_on and user_policy_count = 0
                then {{ first_reason([
                    'policies_unknown_reason', 'security_defaults_unknown_reason'
                ]) }}
        end as status_reason,
        case
            when are_security_defaults_on then 'security defaults'
            when user_policy_count = 1 then '1 enabled policy'
            when user_policy_count > 1
                then cast(user_policy_count as varchar) || ' enabled policies'
            when policies_unknown_reason is null and security_defaults_unknown_reason is null
                then 'none'
        end as actual,
        {{ json_object_text({
            'enabled_policy_count': 'user_policy_count',
            'are_security_defaults_on': 'are_security_defaults_on',
        }) }} as evidence
    from tenant_policies

),

{{ tenant_rule(
    'security_defaults_off_without_policy',
    "'security defaults, or an enabled policy for users'"
) }}
