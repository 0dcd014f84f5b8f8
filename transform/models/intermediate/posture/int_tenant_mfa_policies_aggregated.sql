with

legs as (

    select
        tenant_id,
        policies_state,
        security_defaults_state,
        is_p1_proven_absent
    from {{ ref('int_tenant_legs_pivoted') }}

),

policies as (

    select
        tenant_id,
        mfa_grant,
        is_enabled and targets_someone as is_at_work,
        -- Who or what such a policy leaves out is the matter of another rule.
        includes_all_users and includes_all_apps and is_unconditional as covers_everybody
    from {{ ref('int_conditional_access_policies_classified') }}

),

security_defaults as (

    select
        tenant_id,
        {{ any_row('is_enabled') }} as is_enabled
    from {{ ref('hist_microsoft__security_defaults') }} as known
    where {{ valid_at('known') }}
    group by tenant_id

),

policy_facts as (

    select
        tenant_id,
        {{ any_row("is_at_work and mfa_grant <> 'none'") }} as has_mfa_policy,
        {{ any_row("is_at_work and covers_everybody and mfa_grant = 'mfa'") }}
            as has_mfa_policy_for_all,
        {{ any_row("is_at_work and covers_everybody and mfa_grant = 'external'") }}
            as has_external_policy_for_all
    from policies
    group by tenant_id

),

final as (

    select
        legs.tenant_id,
        -- Without P1 no policy is enforced, whatever was or was not read of them.
        case when not legs.is_p1_proven_absent and legs.policies_state <> 'fresh'
            then legs.policies_state
        end as policies_unknown_reason,
        case when legs.security_defaults_state <> 'fresh' then legs.security_defaults_state end
            as security_defaults_unknown_reason,
        legs.policies_state = 'fresh' and not legs.is_p1_proven_absent as are_policies_at_work,
        coalesce(
            policy_facts.has_mfa_policy
            and legs.policies_state = 'fresh'
            and not legs.is_p1_proven_absent,
            false
        ) as has_mfa_policy,
        coalesce(
            policy_facts.has_mfa_policy_for_all
            and legs.policies_state = 'fresh'
            and not legs.is_p1_proven_absent,
            false
        ) as has_mfa_policy_for_all,
        coalesce(
            policy_facts.has_external_policy_for_all
            and legs.policies_state = 'fresh'
            and not legs.is_p1_proven_absent,
            false
        ) as has_external_policy_for_all,
        coalesce(
            security_defaults.is_enabled and legs.security_defaults_state = 'fresh', false
        ) as are_security_defaults_on
    from legs
    left join policy_facts
        on legs.tenant_id = policy_facts.tenant_id
    left join security_defaults
        on legs.tenant_id = security_defaults.tenant_id

)

select * from final
