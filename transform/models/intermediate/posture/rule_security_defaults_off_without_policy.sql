with

tenant_policies as (

    select
        tenant_id,
        policies_unknown_reason,
        security_defaults_unknown_reason,
        are_policies_at_work,
        are_security_defaults_on
    from {{ ref('int_tenant_mfa_policies_aggregated') }}

),

policies as (

    select
        tenant_id,
        count(*) as enabled_count
    from {{ ref('int_conditional_access_policies_classified') }}
    where is_enabled
    group by tenant_id

),

judged as (

    select
        tenant_policies.tenant_id,
        tenant_policies.policies_unknown_reason,
        tenant_policies.security_defaults_unknown_reason,
        tenant_policies.are_security_defaults_on,
        case when tenant_policies.are_policies_at_work then coalesce(policies.enabled_count, 0)
            else 0
        end as enabled_count
    from tenant_policies
    left join policies
        on tenant_policies.tenant_id = policies.tenant_id

),

evaluated as (

    select
        tenant_id,
        case
            when are_security_defaults_on or enabled_count > 0 then 'pass'
            when
                policies_unknown_reason is not null
                or security_defaults_unknown_reason is not null
                then 'not_checked'
            else 'fail'
        end as status,
        case
            when not are_security_defaults_on and enabled_count = 0
                then {{ first_reason([
                    'policies_unknown_reason', 'security_defaults_unknown_reason'
                ]) }}
        end as status_reason,
        case
            when are_security_defaults_on then 'security defaults'
            when enabled_count > 0 then cast(enabled_count as varchar) || ' enabled policies'
            when policies_unknown_reason is null and security_defaults_unknown_reason is null
                then 'none'
        end as actual,
        {{ json_object_text({
            'enabled_policy_count': 'enabled_count',
            'are_security_defaults_on': 'are_security_defaults_on',
        }) }} as evidence
    from judged

),

{{ tenant_rule(
    'security_defaults_off_without_policy', "'security defaults, or an enabled policy'"
) }}
