{#- Every fact that the verdict needs, one row per user; the verdict itself is the next model. -#}

with

users as (

    select
        tenant_id,
        user_id,
        user_principal_name,
        display_name,
        population,
        is_account_enabled
    from {{ ref('int_users_classified') }}

),

legs as (

    select
        tenant_id,
        users_state,
        registration_state,
        users_good_at,
        registration_good_at,
        policies_good_at,
        security_defaults_good_at,
        roles_good_at,
        group_members_good_at
    from {{ ref('int_tenant_legs_pivoted') }}

),

tenant_policies as (

    select
        tenant_id,
        policies_unknown_reason,
        security_defaults_unknown_reason,
        are_policies_at_work,
        has_mfa_policy,
        are_security_defaults_on
    from {{ ref('int_tenant_mfa_policies_aggregated') }}

),

enforcement as (

    select
        tenant_id,
        user_id,
        enforcing_policy_ids,
        excluded_by_policy_ids,
        unknown_rank,
        is_enforced,
        is_external,
        is_partly_enforced,
        may_be_asked,
        asking_unknown_rank,
        needs_roles,
        needs_group_members
    from {{ ref('int_mfa_enforcement_aggregated_to_user') }}

),

-- A policy for an empty group, or one that excludes all whom it includes, asks nobody; one for a
-- group that was not read may.
asked as (

    select
        tenant_id,
        {{ any_row('may_be_asked') }} as is_someone_asked,
        min(asking_unknown_rank) as asking_unknown_rank
    from enforcement
    group by tenant_id

),

methods as (

    select
        tenant_id,
        user_id,
        methods,
        is_mfa_registered,
        is_mfa_capable,
        has_phishing_resistant_method,
        has_only_weak_methods,
        has_external_method
    from {{ ref('int_mfa_methods_aggregated_to_user') }}

),

privileged as (

    select distinct
        tenant_id,
        principal_id as user_id
    from {{ ref('int_role_assignments_classified') }}
    where is_privileged and principal_type = 'user'

),

final as (

    select
        users.tenant_id,
        users.user_id,
        users.user_principal_name,
        users.display_name,
        users.population,
        methods.methods,
        case when not tenant_policies.are_policies_at_work then '[]'
            else coalesce(enforcement.enforcing_policy_ids, '[]')
        end as enforcing_policy_ids,
        case when not tenant_policies.are_policies_at_work then '[]'
            else coalesce(enforcement.excluded_by_policy_ids, '[]')
        end as excluded_by_policy_ids,
        legs.users_state,
        legs.registration_state,
        tenant_policies.policies_unknown_reason,
        tenant_policies.security_defaults_unknown_reason,
        case when tenant_policies.are_policies_at_work then enforcement.unknown_rank end
            as policy_unknown_rank,
        case
            when tenant_policies.has_mfa_policy and not asked.is_someone_asked
                then asked.asking_unknown_rank
        end as mfa_policy_unknown_rank,
        users.population in ('member', 'break_glass') as is_in_scope,
        users.is_account_enabled,
        privileged.user_id is not null as is_privileged,
        methods.is_mfa_registered,
        methods.is_mfa_capable,
        methods.has_phishing_resistant_method,
        methods.has_only_weak_methods,
        coalesce(methods.has_external_method, false) as has_external_method,
        tenant_policies.are_policies_at_work and coalesce(enforcement.is_enforced, false)
            as is_enforced_by_policy,
        tenant_policies.are_policies_at_work and coalesce(enforcement.is_external, false)
            as is_enforced_externally,
        tenant_policies.are_policies_at_work and coalesce(enforcement.is_partly_enforced, false)
            as is_partly_enforced,
        tenant_policies.are_security_defaults_on as is_enforced_by_defaults,
        tenant_policies.has_mfa_policy and coalesce(asked.is_someone_asked, false)
            as has_mfa_policy,
        legs.users_good_at,
        least(
            legs.users_good_at,
            legs.registration_good_at,
            legs.policies_good_at,
            legs.security_defaults_good_at,
            case when enforcement.needs_roles then legs.roles_good_at end,
            case when enforcement.needs_group_members then legs.group_members_good_at end
        ) as legs_good_at
    from users
    inner join legs
        on users.tenant_id = legs.tenant_id
    inner join tenant_policies
        on users.tenant_id = tenant_policies.tenant_id
    left join enforcement
        on users.tenant_id = enforcement.tenant_id
        and users.user_id = enforcement.user_id
    left join asked
        on users.tenant_id = asked.tenant_id
    left join methods
        on users.tenant_id = methods.tenant_id
        and users.user_id = methods.user_id
    left join privileged
        on users.tenant_id = privileged.tenant_id
        and users.user_id = privileged.user_id

)

select * from final
