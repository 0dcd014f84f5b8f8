with

policies as (

    select
        tenant_id,
        policy_id,
        mfa_grant,
        include_external_types,
        exclude_external_types,
        includes_all_users,
        has_include_groups,
        has_exclude_groups,
        has_include_roles,
        has_exclude_roles,
        covers_all_apps and is_unconditional as covers_every_sign_in
    from {{ ref('int_conditional_access_policies_classified') }}
    where is_enabled and mfa_grant <> 'none' and targets_someone

),

users as (

    select
        tenant_id,
        user_id,
        external_type
    from {{ ref('int_users_classified') }}

),

legs as (

    select
        tenant_id,
        roles_state
    from {{ ref('int_tenant_legs_pivoted') }}

),

named as (

    select
        tenant_id,
        policy_id,
        user_id,
        is_included,
        is_excluded
    from {{ ref('int_conditional_access_users_named') }}

),

classes as (

    select
        tenant_id,
        policy_id,
        includes_outsiders,
        excludes_outsiders,
        is_included_by_group,
        is_excluded_by_group
    from {{ ref('int_conditional_access_outsiders_named') }}

),

pairs as (

    select
        policies.tenant_id,
        policies.policy_id,
        users.user_id,
        policies.mfa_grant,
        policies.covers_every_sign_in,
        policies.includes_all_users
        or coalesce(named.is_included, false)
        or (users.external_type is not null and (
            coalesce(classes.includes_outsiders, false)
            or coalesce(
                ',' || policies.include_external_types || ','
                like '%,' || users.external_type || ',%',
                false
            )
        )) as is_included,
        coalesce(named.is_excluded, false)
        or (users.external_type is not null and (
            coalesce(classes.excludes_outsiders, false)
            or coalesce(
                ',' || policies.exclude_external_types || ','
                like '%,' || users.external_type || ',%',
                false
            )
        )) as is_excluded,
        policies.has_include_groups or coalesce(classes.is_included_by_group, false)
            as may_be_included_by_group,
        policies.has_exclude_groups or coalesce(classes.is_excluded_by_group, false)
            as may_be_excluded_by_group,
        policies.has_include_roles and legs.roles_state <> 'fresh' as may_be_included_by_role,
        policies.has_exclude_roles and legs.roles_state <> 'fresh' as may_be_excluded_by_role,
        legs.roles_state
    from policies
    inner join users
        on policies.tenant_id = users.tenant_id
    inner join legs
        on policies.tenant_id = legs.tenant_id
    left join named
        on policies.tenant_id = named.tenant_id
        and policies.policy_id = named.policy_id
        and users.user_id = named.user_id
    left join classes
        on policies.tenant_id = classes.tenant_id
        and policies.policy_id = classes.policy_id

),

final as (

    select
        tenant_id,
        policy_id,
        user_id,
        mfa_grant,
        case
            when
                not is_included
                and not may_be_included_by_group
                and not may_be_included_by_role
                then 'not_targeted'
            when is_excluded then 'excluded'
            when is_included and not may_be_excluded_by_group and not may_be_excluded_by_role
                then 'enforced'
            else 'unknown'
        end as reach,
        -- What has to be read to know.
        case
            when
                (not is_included and may_be_included_by_role)
                or may_be_excluded_by_role
                then roles_state
            else 'group_not_read'
        end as unknown_reason,
        covers_every_sign_in
    from pairs

)

select * from final
