{{ config(materialized='table') }}

with

facts as (

    select
        tenant_id,
        user_id,
        user_principal_name,
        display_name,
        population,
        methods,
        enforcing_policy_ids,
        excluded_by_policy_ids,
        users_state,
        registration_state,
        policies_unknown_reason,
        security_defaults_unknown_reason,
        policy_unknown_rank,
        mfa_policy_unknown_rank,
        is_in_scope,
        is_account_enabled,
        is_privileged,
        is_mfa_registered,
        is_mfa_capable,
        has_phishing_resistant_method,
        has_only_weak_methods,
        has_external_method,
        is_enforced_by_policy,
        is_enforced_externally,
        is_partly_enforced,
        is_enforced_by_defaults,
        has_mfa_policy,
        users_good_at,
        legs_good_at
    from {{ ref('int_mfa_legs_joined_to_user') }}

),

capability as (

    select
        *,
        -- The report sees Microsoft's own methods only: with another vendor's, "no" proves nothing.
        case
            when registration_state <> 'fresh' then {{ reason_rank('registration_state') }}
            when is_mfa_capable is null then {{ reason_rank("'no_registration_row'") }}
            when not is_mfa_capable and (has_external_method or is_enforced_externally)
                then {{ reason_rank("'external_mfa'") }}
        end as capability_unknown_rank
    from facts

),

enforcement as (

    select
        *,
        case
            when is_enforced_by_policy then 'conditional_access'
            when is_enforced_by_defaults then 'security_defaults'
            when is_enforced_externally then 'external'
            when is_partly_enforced then 'conditional_access'
            when
                policies_unknown_reason is null
                and security_defaults_unknown_reason is null
                and policy_unknown_rank is null
                and has_mfa_policy
                then 'none'
            else 'unknown'
        end as enforced_by,
        -- Where no policy asks anybody, legacy per-user MFA may, and v1.0 does not tell.
        least(
            {{ reason_rank('policies_unknown_reason') }},
            {{ reason_rank('security_defaults_unknown_reason') }},
            policy_unknown_rank,
            case
                when is_enforced_externally then {{ reason_rank("'external_mfa'") }}
                when not has_mfa_policy
                    then least(
                        mfa_policy_unknown_rank, {{ reason_rank("'legacy_per_user_not_read'") }}
                    )
            end
        ) as enforcement_unknown_rank,
        -- Security defaults that were not read may close every gap.
        is_partly_enforced
        and not is_enforced_by_policy
        and not is_enforced_by_defaults
        and policies_unknown_reason is null
        and security_defaults_unknown_reason is null as has_gap
    from capability

),

decided as (

    select
        *,
        case
            when not is_in_scope then 'out_of_scope'
            when users_state <> 'fresh' then 'unknown'
            when capability_unknown_rank is null and not is_mfa_capable then 'exposed'
            when enforced_by = 'none' then 'exposed'
            when capability_unknown_rank is null and has_gap then 'partial'
            when
                capability_unknown_rank is null
                and (is_enforced_by_policy or is_enforced_by_defaults)
                then 'protected'
            else 'unknown'
        end as verdict
    from enforcement

),

final as (

    select
        tenant_id,
        user_id,
        user_principal_name,
        display_name,
        population,
        methods,
        enforced_by,
        enforcing_policy_ids,
        excluded_by_policy_ids,
        verdict,
        case
            when verdict = 'out_of_scope' then population
            when verdict = 'protected' then 'enforced'
            when verdict = 'partial' then 'gap'
            when verdict = 'exposed' and capability_unknown_rank is null and not is_mfa_capable
                then 'not_capable'
            when verdict = 'exposed' then 'no_enforcement'
            when users_state <> 'fresh' then users_state
            when is_enforced_by_policy or is_enforced_by_defaults or has_gap
                then {{ reason_of_rank('capability_unknown_rank') }}
            else {{ reason_of_rank('least(capability_unknown_rank, enforcement_unknown_rank)') }}
        end as verdict_reason,
        {{ reason_of_rank('capability_unknown_rank') }} as capability_unknown_reason,
        users_state,
        is_in_scope,
        is_account_enabled,
        is_privileged,
        is_mfa_registered,
        is_mfa_capable,
        has_phishing_resistant_method,
        has_only_weak_methods,
        case when is_in_scope then legs_good_at else users_good_at end as evidence_at
    from decided

)

select * from final
