{%- set limit_days = var('new_privileged_days') -%}

with

privileged_users as (

    select
        tenant_id,
        user_id,
        user_principal_name,
        role_names,
        legs_unknown_reason
    from {{ ref('int_privileged_users_joined') }}

),

assignments as (

    select
        tenant_id,
        principal_id,
        role_template_id,
        directory_scope,
        role_name,
        unknown_reason,
        first_seen_date,
        is_baseline
    from {{ ref('int_role_assignments_classified') }}
    where is_privileged and principal_type = 'user'

),

-- A role that was made eligible, or was given by another way, is still the same role.
earlier_holdings as (

    select
        tenant_id,
        principal_id,
        role_template_id,
        directory_scope,
        min(valid_from_date) as first_held_date,
        {{ any_row('is_baseline') }} as is_baseline
    from {{ ref('hist_posture__privileged_roles') }}
    where valid_from_date <= {{ as_of_date() }}
    group by tenant_id, principal_id, role_template_id, directory_scope

),

role_paths as (

    select
        tenant_id,
        privileged_unknown_reason
    from {{ ref('int_role_paths_checked') }}

),

-- A role that was eligible is not new when it is activated: the earliest path counts, even one
-- whose read is late.
held as (

    select
        tenant_id,
        principal_id,
        role_template_id,
        directory_scope,
        max(role_name) as role_name,
        min(first_seen_date) as first_seen_date,
        {{ any_row('is_baseline') }} as is_baseline
    from assignments
    group by tenant_id, principal_id, role_template_id, directory_scope
    having {{ any_row('unknown_reason is null') }}

),

dated as (

    select
        held.tenant_id,
        held.principal_id,
        held.role_name,
        least(held.first_seen_date, earlier_holdings.first_held_date) as first_seen_date,
        held.is_baseline or coalesce(earlier_holdings.is_baseline, false) as is_baseline
    from held
    left join earlier_holdings
        on held.tenant_id = earlier_holdings.tenant_id
        and held.principal_id = earlier_holdings.principal_id
        and held.role_template_id = earlier_holdings.role_template_id
        and held.directory_scope = earlier_holdings.directory_scope

),

new_roles as (

    select
        tenant_id,
        principal_id as user_id,
        {{ json_array_agg('role_name') }} as new_role_names,
        max(first_seen_date) as first_seen_date
    from dated
    where not is_baseline and first_seen_date >= {{ add_days(as_of_date(), -limit_days) }}
    group by tenant_id, principal_id

),

evaluated as (

    select
        privileged_users.tenant_id,
        privileged_users.user_id as subject_id,
        privileged_users.user_principal_name as subject_name,
        case
            when privileged_users.legs_unknown_reason is not null then 'not_checked'
            when new_roles.user_id is not null then 'fail'
            else 'pass'
        end as status,
        privileged_users.legs_unknown_reason as status_reason,
        'first seen on ' || cast(new_roles.first_seen_date as varchar) as actual,
        {{ json_object_text({
            'new_role_names': json_of_text("coalesce(new_roles.new_role_names, '[]')"),
            'first_seen_date': 'cast(new_roles.first_seen_date as varchar)',
        }) }} as evidence
    from privileged_users
    left join new_roles
        on privileged_users.tenant_id = new_roles.tenant_id
        and privileged_users.user_id = new_roles.user_id

),

{{ rule_gates('role_paths', ['role_paths.privileged_unknown_reason']) }},

{{ subject_rule(
    'role_new_privileged',
    'user',
    "'no privileged role first seen within " ~ limit_days ~ " days'"
) }}
