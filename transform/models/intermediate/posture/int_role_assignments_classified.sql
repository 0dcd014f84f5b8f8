{{ config(materialized='table') }}

with

given as (

    select
        tenant_id,
        principal_id,
        role_definition_id,
        directory_scope,
        path,
        principal_odata_type,
        principal_name,
        unknown_reason,
        is_own,
        is_permanent,
        is_baseline,
        first_seen_date
    from {{ ref('int_role_assignments_united') }}

),

users as (

    select
        tenant_id,
        user_id
    from {{ ref('hist_microsoft__users') }} as known
    where {{ valid_at('known') }}

),

groups as (

    select
        tenant_id,
        group_id
    from {{ ref('stg_microsoft__groups') }}

),

service_principals as (

    select
        tenant_id,
        service_principal_id
    from {{ ref('stg_microsoft__service_principals') }}

),

legs as (

    select
        tenant_id,
        group_list_state
    from {{ ref('int_tenant_legs_pivoted') }}

),

members as (

    select
        tenant_id,
        group_id,
        member_id,
        principal_type,
        unknown_reason,
        is_baseline,
        first_seen_date
    from {{ ref('int_group_members_classified') }}

),

roles as (

    select
        tenant_id,
        role_definition_id,
        role_template_id,
        role_name,
        is_privileged
    from {{ ref('int_roles_classified') }}

),

privileged_roles as (

    select
        role_template_id,
        role_name,
        role_class
    from {{ ref('privileged_roles') }}

),

own as (

    select
        given.tenant_id,
        given.principal_id,
        -- A built-in role carries its template's id where the definition was not read.
        coalesce(roles.role_template_id, given.role_definition_id) as role_template_id,
        given.directory_scope,
        given.path,
        case
            when lower(given.principal_odata_type) like '%.user' then 'user'
            when lower(given.principal_odata_type) like '%.group' then 'group'
            when given.principal_odata_type is not null then 'service_principal'
            -- Graph leaves the principal out where it may not read it.
            when users.user_id is not null then 'user'
            when groups.group_id is not null then 'group'
            else 'service_principal'
        end as principal_type,
        -- Whom no list knows may be a group where the groups were not read.
        case
            when given.principal_odata_type is null
                and users.user_id is null
                and groups.group_id is null
                and service_principals.service_principal_id is null
                then {{ first_reason(['legs.group_list_state']) }}
        end as type_unknown_reason,
        given.principal_name,
        coalesce(roles.role_name, privileged_roles.role_name, given.role_definition_id)
            as role_name,
        given.unknown_reason,
        given.is_own,
        coalesce(roles.is_privileged, privileged_roles.role_class = 'privileged', false)
            as is_privileged,
        given.is_permanent,
        given.is_baseline,
        given.first_seen_date
    from given
    left join roles
        on given.tenant_id = roles.tenant_id
        and given.role_definition_id = roles.role_definition_id
    left join privileged_roles
        on given.role_definition_id = privileged_roles.role_template_id
    left join users
        on given.tenant_id = users.tenant_id
        and given.principal_id = users.user_id
    left join groups
        on given.tenant_id = groups.tenant_id
        and given.principal_id = groups.group_id
    left join service_principals
        on given.tenant_id = service_principals.tenant_id
        and given.principal_id = service_principals.service_principal_id
    left join legs
        on given.tenant_id = legs.tenant_id

),

inherited as (

    select
        own.tenant_id,
        members.member_id as principal_id,
        own.role_template_id,
        own.directory_scope,
        case when own.path = 'direct' then 'group' else own.path end as path,
        members.group_id as via_group_id,
        members.principal_type,
        own.role_name,
        {{ first_reason(['own.unknown_reason', 'members.unknown_reason']) }} as unknown_reason,
        own.is_privileged,
        own.is_permanent,
        -- New is who joined an old group, and who was in a group that was given a role. A role that
        -- was read later than other groups brought its group's members along: they are not new.
        own.is_baseline
        and (members.is_baseline or members.first_seen_date <= own.first_seen_date) as is_baseline,
        greatest(own.first_seen_date, members.first_seen_date) as first_seen_date
    from own
    inner join members
        on own.tenant_id = members.tenant_id
        and own.principal_id = members.group_id
    where own.principal_type = 'group'

),

paths as (

    select
        own.tenant_id,
        own.principal_id,
        own.role_template_id,
        own.directory_scope,
        own.path,
        '' as via_group_id,
        own.principal_type,
        own.type_unknown_reason,
        own.principal_name,
        own.role_name,
        own.unknown_reason,
        own.is_privileged,
        own.is_permanent,
        own.is_baseline,
        own.first_seen_date
    from own
    left join inherited
        on own.tenant_id = inherited.tenant_id
        and own.principal_id = inherited.principal_id
        and own.role_template_id = inherited.role_template_id
        and own.directory_scope = inherited.directory_scope
        and own.path = inherited.path
    -- The membership says the same, and through which group.
    where own.is_own or inherited.principal_id is null

    union all

    select
        tenant_id,
        principal_id,
        role_template_id,
        directory_scope,
        path,
        via_group_id,
        principal_type,
        cast(null as varchar) as type_unknown_reason,
        cast(null as varchar) as principal_name,
        role_name,
        unknown_reason,
        is_privileged,
        is_permanent,
        is_baseline,
        first_seen_date
    from inherited

),

final as (

    select
        tenant_id,
        principal_id,
        role_template_id,
        directory_scope,
        path,
        via_group_id,
        min(principal_type) as principal_type,
        case when not {{ any_row('type_unknown_reason is null') }}
            then {{ reason_of_rank('min(' ~ reason_rank('type_unknown_reason') ~ ')') }}
        end as type_unknown_reason,
        max(principal_name) as principal_name,
        max(role_name) as role_name,
        case when not {{ any_row('unknown_reason is null') }}
            then {{ reason_of_rank('min(' ~ reason_rank('unknown_reason') ~ ')') }}
        end as unknown_reason,
        {{ any_row('is_privileged') }} as is_privileged,
        path <> 'pim_eligible' as is_active,
        max(case when is_permanent then 1 when not is_permanent then 0 end) = 1 as is_permanent,
        {{ any_row('is_baseline') }} as is_baseline,
        min(first_seen_date) as first_seen_date
    from paths
    group by
        tenant_id, principal_id, role_template_id, directory_scope, path, via_group_id

)

select * from final
