{#-
    What each tenant's policies and security defaults come to. Policies that were read count,
    whatever the licences say: Microsoft neither disables nor deletes them when licences lapse.
    Source:
    https://learn.microsoft.com/entra/identity/conditional-access/overview#license-requirements
-#}

with

legs as (

    select
        tenant_id,
        policies_state,
        security_defaults_state,
        has_never_had_p1
    from {{ ref('int_tenant_legs_pivoted') }}

),

policies as (

    select
        tenant_id,
        is_enabled,
        targets_someone,
        is_asking
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
        {{ any_row('is_asking') }} as has_mfa_policy,
        count(case when is_enabled and targets_someone then 1 end) as user_policy_count
    from policies
    group by tenant_id

),

judged as (

    select
        legs.tenant_id,
        -- Refused, and never licensed: there is none to read.
        legs.policies_state in ('no_p1', 'not_permitted') and legs.has_never_had_p1
            as are_policies_proven_absent,
        legs.policies_state,
        legs.security_defaults_state,
        legs.has_never_had_p1,
        legs.policies_state = 'fresh' as are_policies_at_work
    from legs

),

final as (

    select
        judged.tenant_id,
        case
            when judged.policies_state <> 'fresh' and not judged.are_policies_proven_absent
                then judged.policies_state
        end as policies_unknown_reason,
        case when judged.security_defaults_state <> 'fresh' then judged.security_defaults_state end
            as security_defaults_unknown_reason,
        case
            when
                judged.has_never_had_p1
                and (judged.are_policies_proven_absent or policy_facts.tenant_id is null)
                then 'no_p1'
            else 'no_subject'
        end as absent_reason,
        case when judged.are_policies_at_work then coalesce(policy_facts.user_policy_count, 0)
            else 0
        end as user_policy_count,
        judged.are_policies_at_work,
        coalesce(policy_facts.has_mfa_policy and judged.are_policies_at_work, false)
            as has_mfa_policy,
        coalesce(
            security_defaults.is_enabled and judged.security_defaults_state = 'fresh', false
        ) as are_security_defaults_on
    from judged
    left join policy_facts
        on judged.tenant_id = policy_facts.tenant_id
    left join security_defaults
        on judged.tenant_id = security_defaults.tenant_id

)

select * from final
