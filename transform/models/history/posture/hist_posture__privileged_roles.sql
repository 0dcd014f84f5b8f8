{#-
    Who held which privileged role, by whatever path. While a leg is behind, what it showed before
    stays: nothing begins or ends by a read that did not happen.
-#}
{%- set key = ['tenant_id', 'principal_id', 'role_template_id', 'directory_scope'] %}
{%- set tracked = ['principal_type', 'principal_name', 'role_name', 'is_baseline'] %}

with

assignments as (

    select
        tenant_id,
        principal_id,
        role_template_id,
        directory_scope,
        principal_type,
        principal_name,
        role_name,
        unknown_reason,
        is_baseline
    from {{ ref('int_role_assignments_classified') }}
    where is_privileged

),

users as (

    select
        tenant_id,
        user_id,
        user_principal_name
    from {{ ref('int_users_classified') }}

),

legs as (

    select
        tenant_id,
        roles_state
    from {{ ref('int_tenant_legs_pivoted') }}

),

holdings as (

    select
        assignments.tenant_id,
        assignments.principal_id,
        assignments.role_template_id,
        assignments.directory_scope,
        min(assignments.principal_type) as principal_type,
        coalesce(max(users.user_principal_name), max(assignments.principal_name))
            as principal_name,
        max(assignments.role_name) as role_name,
        {{ any_row('assignments.is_baseline') }} as is_baseline,
        {{ any_row('assignments.unknown_reason is null') }} as is_proven
    from assignments
    left join users
        on assignments.tenant_id = users.tenant_id
        and assignments.principal_id = users.user_id
    group by
        assignments.tenant_id,
        assignments.principal_id,
        assignments.role_template_id,
        assignments.directory_scope

),
{%- if is_incremental() %}

kept as (

    select
        stored.tenant_id,
        stored.principal_id,
        stored.role_template_id,
        stored.directory_scope,
        stored.principal_type,
        stored.principal_name,
        stored.role_name,
        stored.is_baseline
    from {{ this }} as stored
    left join holdings
        on stored.tenant_id = holdings.tenant_id
        and stored.principal_id = holdings.principal_id
        and stored.role_template_id = holdings.role_template_id
        and stored.directory_scope = holdings.directory_scope
    left join legs
        on stored.tenant_id = legs.tenant_id
    where
        stored.valid_to_date is null
        and not coalesce(holdings.is_proven, false)
        and (coalesce(legs.roles_state, 'missing') <> 'fresh' or holdings.tenant_id is not null)

),
{%- endif %}

present as (

    select
        {{ (key + tracked) | join(',\n        ') }}
    from holdings
    where is_proven
    {%- if is_incremental() %}

    union all

    select
        {{ (key + tracked) | join(',\n        ') }}
    from kept
    {%- endif %}

),

{{ observed_intervals(key, tracked) }}
