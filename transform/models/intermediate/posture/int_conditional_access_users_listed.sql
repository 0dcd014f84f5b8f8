{{ config(materialized='table') }}

{#-
    Users that a policy names: by themselves, by a group that they are in, by a role that they
    hold. Groups and roles count only where their reads are fresh; where they are not, the next
    model tells what could not be known.
-#}

with

lists as (

    select
        lists.tenant_id,
        lists.policy_id,
        lists.list_name,
        lists.item
    from {{ ref('int_conditional_access_lists_unnested') }} as lists
    inner join {{ ref('int_conditional_access_policies_classified') }} as policies
        on lists.tenant_id = policies.tenant_id
        and lists.policy_id = policies.policy_id
    where policies.is_at_work

),

members as (

    select
        tenant_id,
        group_id,
        member_id
    from {{ ref('int_group_members_classified') }}
    where principal_type = 'user' and unknown_reason is null

),

-- Policies know roles by template id, only over the whole tenant and only while active.
tenant_roles as (

    select distinct
        tenant_id,
        principal_id,
        role_template_id
    from {{ ref('int_role_assignments_classified') }}
    where
        directory_scope = '/'
        and principal_type = 'user'
        and is_active
        and unknown_reason is null

),

named_users as (

    select
        tenant_id,
        policy_id,
        list_name,
        'user' as item_kind,
        item,
        item as user_id
    from lists
    where list_name in ('include_users', 'exclude_users')

    union all

    select
        lists.tenant_id,
        lists.policy_id,
        lists.list_name,
        'group' as item_kind,
        lists.item,
        members.member_id as user_id
    from lists
    inner join members
        on lists.tenant_id = members.tenant_id
        and lists.item = members.group_id
    where lists.list_name in ('include_groups', 'exclude_groups')

    union all

    select
        lists.tenant_id,
        lists.policy_id,
        lists.list_name,
        'group' as item_kind,
        lists.item,
        tenant_roles.principal_id as user_id
    from lists
    inner join tenant_roles
        on lists.tenant_id = tenant_roles.tenant_id
        and lists.item = tenant_roles.role_template_id
    where lists.list_name in ('include_roles', 'exclude_roles')

),

final as (

    select distinct
        tenant_id,
        policy_id,
        user_id,
        item_kind,
        item,
        list_name like 'exclude%' as is_exclusion
    from named_users

)

select * from final
