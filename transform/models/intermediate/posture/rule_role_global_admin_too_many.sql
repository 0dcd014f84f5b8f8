{%- set maximum = var('global_admin_max') -%}

with

privileged_users as (

    select
        tenant_id,
        user_id
    from {{ ref('int_privileged_users_aggregated') }}
    where is_global_administrator

),

users as (

    select
        tenant_id,
        user_id,
        is_account_enabled,
        is_break_glass
    from {{ ref('int_users_classified') }}

),

role_paths as (

    select
        tenant_id,
        legs_unknown_reason,
        global_administrators_unknown_reason
    from {{ ref('int_role_paths_checked') }}

),

counted as (

    select
        privileged_users.tenant_id,
        count(*) as administrator_count,
        {{ json_array_agg('privileged_users.user_id') }} as user_ids
    from privileged_users
    inner join users
        on privileged_users.tenant_id = users.tenant_id
        and privileged_users.user_id = users.user_id
    where users.is_account_enabled and not users.is_break_glass
    group by privileged_users.tenant_id

),

evaluated as (

    select
        role_paths.tenant_id,
        case
            when role_paths.legs_unknown_reason is not null then 'not_checked'
            -- What is read can fail the rule; only every path together can pass it.
            when counted.administrator_count > {{ maximum }} then 'fail'
            when role_paths.global_administrators_unknown_reason is not null then 'not_checked'
            else 'pass'
        end as status,
        case
            when
                role_paths.legs_unknown_reason is not null
                or coalesce(counted.administrator_count, 0) <= {{ maximum }}
                then role_paths.global_administrators_unknown_reason
        end as status_reason,
        cast(coalesce(counted.administrator_count, 0) as varchar) as actual,
        {{ json_object_text({
            'user_ids': json_of_text("coalesce(counted.user_ids, '[]')"),
        }) }} as evidence
    from role_paths
    left join counted
        on role_paths.tenant_id = counted.tenant_id

),

{{ tenant_rule('role_global_admin_too_many', "'at most " ~ maximum ~ "'") }}
