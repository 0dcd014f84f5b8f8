{#-
    Whom the policies leave out, break-glass accounts told apart: an excluded group counts as
    theirs where it has members and all of them are registered.
-#}

with

lists as (

    select
        tenant_id,
        policy_id,
        list_name,
        item
    from {{ ref('int_conditional_access_lists_unnested') }}
    where list_name in ('exclude_users', 'exclude_groups')

),

policies as (

    select
        tenant_id,
        policy_id,
        exclude_external_types
    from {{ ref('int_conditional_access_policies_classified') }}
    where coalesce(exclude_external_types, 'none') not in ('', 'none')

),

break_glass_users as (

    select
        tenant_id,
        user_id
    from {{ ref('int_users_classified') }}
    where is_break_glass

),

group_members as (

    select
        tenant_id,
        group_id,
        member_id
    from {{ ref('hist_microsoft__group_members') }} as known
    where
        {{ valid_at('known') }}
        -- Members of nested groups are listed themselves.
        and lower(coalesce(member_odata_type, '')) not like '%.group'

),

legs as (

    select
        tenant_id,
        users_state,
        groups_state
    from {{ ref('int_tenant_legs_pivoted') }}

),

excluded_groups as (

    select distinct
        tenant_id,
        item as group_id
    from lists
    where list_name = 'exclude_groups'

),

break_glass_groups as (

    select
        excluded_groups.tenant_id,
        excluded_groups.group_id
    from excluded_groups
    inner join group_members
        on excluded_groups.tenant_id = group_members.tenant_id
        and excluded_groups.group_id = group_members.group_id
    left join break_glass_users
        on group_members.tenant_id = break_glass_users.tenant_id
        and group_members.member_id = break_glass_users.user_id
    group by excluded_groups.tenant_id, excluded_groups.group_id
    having count(*) = count(break_glass_users.user_id)

),

final as (

    select
        lists.tenant_id,
        lists.policy_id,
        case lists.list_name when 'exclude_groups' then 'group' else 'user' end as item_kind,
        lists.item,
        case
            -- Break-glass accounts are known by the users that were read.
            when legs.users_state <> 'fresh' then legs.users_state
            when lists.list_name = 'exclude_groups' and legs.groups_state <> 'fresh'
                then 'group_not_read'
        end as unknown_reason,
        break_glass_users.user_id is not null or break_glass_groups.group_id is not null
            as is_break_glass
    from lists
    inner join legs
        on lists.tenant_id = legs.tenant_id
    left join break_glass_users
        on lists.tenant_id = break_glass_users.tenant_id
        and lists.item = break_glass_users.user_id
    left join break_glass_groups
        on lists.tenant_id = break_glass_groups.tenant_id
        and lists.item = break_glass_groups.group_id

    union all

    select
        policies.tenant_id,
        policies.policy_id,
        'external' as item_kind,
        external_type.value as item,
        cast(null as varchar) as unknown_reason,
        false as is_break_glass
    from policies
        {{ text_matches('policies.exclude_external_types', '[A-Za-z0-9]+', 'external_type') }}

)

select * from final
