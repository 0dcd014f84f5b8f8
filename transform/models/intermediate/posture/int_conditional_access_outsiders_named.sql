{#-
    What a policy says of whole classes of users: outsiders, and holders of a role through a
    group.
-#}

with

lists as (

    select
        tenant_id,
        policy_id,
        list_name,
        item
    from {{ ref('int_conditional_access_lists_unnested') }}

),

group_roles as (

    select distinct
        tenant_id,
        role_template_id
    from {{ ref('int_role_assignments_classified') }}
    where directory_scope = '/' and principal_type = 'group' and is_active

),

final as (

    select
        lists.tenant_id,
        lists.policy_id,
        {{ any_row("lists.list_name = 'include_users' and lists.item = 'guestsorexternalusers'") }}
            as includes_outsiders,
        {{ any_row("lists.list_name = 'exclude_users' and lists.item = 'guestsorexternalusers'") }}
            as excludes_outsiders,
        {{ any_row(
            "lists.list_name = 'include_roles' and group_roles.role_template_id is not null"
        ) }}
            as is_included_by_group,
        {{ any_row(
            "lists.list_name = 'exclude_roles' and group_roles.role_template_id is not null"
        ) }}
            as is_excluded_by_group
    from lists
    left join group_roles
        on lists.tenant_id = group_roles.tenant_id
        and lists.item = group_roles.role_template_id
    group by lists.tenant_id, lists.policy_id

)

select * from final
