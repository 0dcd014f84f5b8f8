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

lists as (

    select
        tenant_id,
        policy_id,
        list_name,
        item
    from {{ ref('int_conditional_access_lists_unnested') }}

),

-- Policies know roles by template id and only over the whole tenant.
tenant_roles as (

    select distinct
        tenant_id,
        principal_id,
        principal_type,
        role_template_id
    from {{ ref('int_role_assignments_classified') }}
    where directory_scope = '/'

),

named_users as (

    select
        tenant_id,
        policy_id,
        list_name,
        item as user_id
    from lists
    where list_name in ('include_users', 'exclude_users')

    union all

    select
        lists.tenant_id,
        lists.policy_id,
        lists.list_name,
        tenant_roles.principal_id as user_id
    from lists
    inner join tenant_roles
        on lists.tenant_id = tenant_roles.tenant_id
        and lists.item = tenant_roles.role_template_id
    where
        lists.list_name in ('include_roles', 'exclude_roles')
        and tenant_roles.principal_type = 'user'

),

named as (

    select
        tenant_id,
        policy_id,
        user_id,
        {{ any_row("list_name in ('include_users', 'include_roles')") }} as is_included,
        {{ any_row("list_name in ('exclude_users', 'exclude_roles')") }} as is_excluded
    from named_users
    group by tenant_id, policy_id, user_id

),

group_held as (

    select
        lists.tenant_id,
        lists.policy_id,
        {{ any_row("lists.list_name = 'include_roles'") }} as is_included_by_group,
        {{ any_row("lists.list_name = 'exclude_roles'") }} as is_excluded_by_group
    from lists
    inner join tenant_roles
        on lists.tenant_id = tenant_roles.tenant_id
        and lists.item = tenant_roles.role_template_id
    where
        lists.list_name in ('include_roles', 'exclude_roles')
        and tenant_roles.principal_type = 'group'
    group by lists.tenant_id, lists.policy_id

),

external_words as (

    select
        tenant_id,
        policy_id,
        {{ any_row("list_name = 'include_users'") }} as includes_outsiders,
        {{ any_row("list_name = 'exclude_users'") }} as excludes_outsiders
    from lists
    where item = 'guestsorexternalusers'
    group by tenant_id, policy_id

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
            coalesce(external_words.includes_outsiders, false)
            or coalesce(
                ',' || policies.include_external_types || ','
                like '%,' || users.external_type || ',%',
                false
            )
        )) as is_included,
        coalesce(named.is_excluded, false)
        or (users.external_type is not null and (
            coalesce(external_words.excludes_outsiders, false)
            or coalesce(
                ',' || policies.exclude_external_types || ','
                like '%,' || users.external_type || ',%',
                false
            )
        )) as is_excluded,
        policies.has_include_groups or coalesce(group_held.is_included_by_group, false)
            as may_be_included_by_group,
        policies.has_exclude_groups or coalesce(group_held.is_excluded_by_group, false)
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
    left join group_held
        on policies.tenant_id = group_held.tenant_id
        and policies.policy_id = group_held.policy_id
    left join external_words
        on policies.tenant_id = external_words.tenant_id
        and policies.policy_id = external_words.policy_id

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
