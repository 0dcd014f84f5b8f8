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
        roles_state,
        group_members_state
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
            as includes_groups,
        policies.has_exclude_groups or coalesce(classes.is_excluded_by_group, false)
            as excludes_groups,
        policies.has_include_roles,
        policies.has_exclude_roles,
        legs.roles_state,
        legs.group_members_state
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

-- What has to be read to know; null where it was.
doubts as (

    select
        *,
        {{ first_reason([
            "case when has_include_roles and not is_included then roles_state end",
            "case when includes_groups and not is_included then group_members_state end",
        ]) }} as inclusion_unknown_reason,
        {{ first_reason([
            "case when has_exclude_roles then roles_state end",
            "case when excludes_groups then group_members_state end",
        ]) }} as exclusion_unknown_reason
    from pairs

),

final as (

    select
        tenant_id,
        policy_id,
        user_id,
        mfa_grant,
        case
            when not is_included and inclusion_unknown_reason is null then 'not_targeted'
            when is_excluded then 'excluded'
            when is_included and exclusion_unknown_reason is null then 'enforced'
            else 'unknown'
        end as reach,
        {{ first_reason(['inclusion_unknown_reason', 'exclusion_unknown_reason']) }}
            as unknown_reason,
        is_included as is_surely_included,
        covers_every_sign_in,
        has_include_roles or has_exclude_roles as needs_roles,
        includes_groups or excludes_groups as needs_group_members
    from doubts

)

select * from final
