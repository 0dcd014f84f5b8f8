with

assignments as (

    select
        tenant_id,
        principal_id,
        principal_type,
        principal_name,
        role_name
    from {{ ref('int_role_assignments_classified') }}
    -- Who may be a group counts for nothing here; int_role_paths_checked names the reason.
    where is_privileged and unknown_reason is null and type_unknown_reason is null

),

role_paths as (

    select
        tenant_id,
        legs_unknown_reason,
        privileged_unknown_reason
    from {{ ref('int_role_paths_checked') }}

),

principals as (

    select
        tenant_id,
        principal_id,
        max(principal_name) as principal_name,
        {{ json_array_agg('role_name') }} as role_names,
        {{ any_row("principal_type = 'service_principal'") }} as is_service_principal
    from assignments
    group by tenant_id, principal_id

),

evaluated as (

    select
        principals.tenant_id,
        principals.principal_id as subject_id,
        principals.principal_name as subject_name,
        case
            when role_paths.legs_unknown_reason is not null then 'not_checked'
            when principals.is_service_principal then 'fail'
            else 'pass'
        end as status,
        role_paths.legs_unknown_reason as status_reason,
        case when principals.is_service_principal
            then 'service principal with a privileged role'
        end as actual,
        {{ json_object_text({'role_names': json_of_text('principals.role_names')}) }} as evidence
    from principals
    inner join role_paths
        on principals.tenant_id = role_paths.tenant_id

),

{{ rule_gates('role_paths', ['role_paths.privileged_unknown_reason']) }},

{{ subject_rule(
    'role_service_principal_privileged',
    'service_principal',
    "'no service principal holds a privileged role'"
) }}
