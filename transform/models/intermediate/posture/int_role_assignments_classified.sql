{{ config(materialized='table') }}

with

assignments as (

    select
        tenant_id,
        role_assignment_id,
        principal_id,
        role_definition_id,
        directory_scope,
        principal_odata_type,
        principal_name
    from {{ ref('hist_microsoft__role_assignments') }} as held
    where {{ valid_at('held') }}

),

first_seen as (

    select
        tenant_id,
        principal_id,
        role_definition_id,
        directory_scope,
        min(valid_from_date) as first_seen_date
    from {{ ref('hist_microsoft__role_assignments') }}
    where valid_from_date <= {{ as_of_date() }}
    group by tenant_id, principal_id, role_definition_id, directory_scope

),

users as (

    select
        tenant_id,
        user_id
    from {{ ref('hist_microsoft__users') }} as known
    where {{ valid_at('known') }}

),

definitions as (

    select
        tenant_id,
        role_definition_id,
        role_template_id,
        role_name,
        role_permissions,
        is_built_in
    from {{ ref('stg_microsoft__role_definitions') }}

),

privileged_roles as (

    select
        role_template_id,
        role_name,
        role_class
    from {{ ref('privileged_roles') }}

),

permissions as (

    select
        definitions.tenant_id,
        definitions.role_definition_id,
        {{ json_value('permission.value', 'allowedResourceActions') }} as actions
    from definitions {{ json_array_items('definitions.role_permissions', 'permission') }}
    where not definitions.is_built_in

),

powerful_custom_roles as (

    select distinct
        permissions.tenant_id,
        permissions.role_definition_id
    from permissions {{ json_array_items('permissions.actions', 'action') }}
    where {{ is_powerful_action('lower(' ~ json_scalar_text('action.value') ~ ')') }}

),

final as (

    select
        assignments.tenant_id,
        assignments.role_assignment_id,
        assignments.principal_id,
        assignments.role_definition_id,
        coalesce(definitions.role_template_id, assignments.role_definition_id)
            as role_template_id,
        assignments.directory_scope,
        case
            when assignments.principal_odata_type like '%.user' then 'user'
            when assignments.principal_odata_type like '%.group' then 'group'
            when assignments.principal_odata_type is not null then 'service_principal'
            -- Graph leaves the principal out where it may not read it.
            when users.user_id is not null then 'user'
            else 'service_principal'
        end as principal_type,
        assignments.principal_name,
        coalesce(
            definitions.role_name, privileged_roles.role_name, assignments.role_definition_id
        ) as role_name,
        coalesce(privileged_roles.role_class = 'privileged', false)
        or powerful_custom_roles.role_definition_id is not null as is_privileged,
        first_seen.first_seen_date
    from assignments
    inner join first_seen
        on assignments.tenant_id = first_seen.tenant_id
        and assignments.principal_id = first_seen.principal_id
        and assignments.role_definition_id = first_seen.role_definition_id
        and assignments.directory_scope = first_seen.directory_scope
    left join users
        on assignments.tenant_id = users.tenant_id
        and assignments.principal_id = users.user_id
    left join definitions
        on assignments.tenant_id = definitions.tenant_id
        and assignments.role_definition_id = definitions.role_definition_id
    left join privileged_roles
        on coalesce(definitions.role_template_id, assignments.role_definition_id)
        = privileged_roles.role_template_id
    left join powerful_custom_roles
        on assignments.tenant_id = powerful_custom_roles.tenant_id
        and assignments.role_definition_id = powerful_custom_roles.role_definition_id

)

select * from final
