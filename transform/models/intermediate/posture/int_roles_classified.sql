with

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
        definitions.tenant_id,
        definitions.role_definition_id,
        definitions.role_template_id,
        coalesce(
            definitions.role_name, privileged_roles.role_name, definitions.role_definition_id
        ) as role_name,
        coalesce(privileged_roles.role_class = 'privileged', false)
        or powerful_custom_roles.role_definition_id is not null as is_privileged
    from definitions
    left join privileged_roles
        on definitions.role_template_id = privileged_roles.role_template_id
    left join powerful_custom_roles
        on definitions.tenant_id = powerful_custom_roles.tenant_id
        and definitions.role_definition_id = powerful_custom_roles.role_definition_id

)

select * from final
