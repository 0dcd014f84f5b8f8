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
        policy_id
    from {{ ref('int_conditional_access_policies_classified') }}
    where is_enabled and blocks_legacy_clients

),

blocking as (

    select
        tenant_id,
        {{ json_array_agg('policy_id') }} as policy_ids
    from policies
    group by tenant_id

),

judged as (

    select
        tenant_policies.tenant_id,
        tenant_policies.policies_unknown_reason,
        tenant_policies.security_defaults_unknown_reason,
        tenant_policies.are_security_defaults_on,
        tenant_policies.are_policies_at_work and blocking.tenant_id is not null as is_blocked,
        coalesce(blocking.policy_ids, '[]') as policy_ids
    from tenant_policies
    left join blocking
        on tenant_policies.tenant_id = blocking.tenant_id

),

evaluated as (

    select
        tenant_id,
        case
            when is_blocked or are_security_defaults_on then 'pass'
            when
                policies_unknown_reason is not null
                or security_defaults_unknown_reason is not null
                then 'not_checked'
            else 'fail'
        end as status,
        case
            when not is_blocked and not are_security_defaults_on
                then {{ first_reason([
                    'policies_unknown_reason', 'security_defaults_unknown_reason'
                ]) }}
        end as status_reason,
        case
            when is_blocked then 'policy'
            when are_security_defaults_on then 'security defaults'
            when policies_unknown_reason is null and security_defaults_unknown_reason is null
                then 'none'
        end as actual,
        {{ json_object_text({
            'blocking_policy_ids': json_of_text('policy_ids'),
            'are_security_defaults_on': 'are_security_defaults_on',
        }) }} as evidence
    from judged

),

{{ tenant_rule(
    'ca_legacy_auth_allowed',
    "'an enabled policy that blocks legacy clients, or security defaults'"
) }}
