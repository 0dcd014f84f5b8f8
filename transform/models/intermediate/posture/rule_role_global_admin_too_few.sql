{%- set minimum = var('global_admin_min') -%}

with

privileged_users as (

    select
        tenant_id,
        user_id,
        is_global_administrator,
        is_account_enabled
    from {{ ref('int_privileged_users_joined') }}

),

role_paths as (

    select
        tenant_id,
        global_administrators_unknown_reason
    from {{ ref('int_role_paths_checked') }}

),

counted as (

    select
        tenant_id,
        count(*) as administrator_count,
        {{ json_array_agg('user_id') }} as user_ids
    from privileged_users
    where is_global_administrator and is_account_enabled
    group by tenant_id

),

evaluated as (

    select
        role_paths.tenant_id,
        case
            -- A path that was not read can hide administrators: too few is not proven either.
            when role_paths.global_administrators_unknown_reason is not null then 'not_checked'
            when coalesce(counted.administrator_count, 0) < {{ minimum }} then 'fail'
            else 'pass'
        end as status,
        role_paths.global_administrators_unknown_reason as status_reason,
        cast(coalesce(counted.administrator_count, 0) as varchar) as actual,
        {{ json_object_text({
            'user_ids': json_of_text("coalesce(counted.user_ids, '[]')"),
        }) }} as evidence
    from role_paths
    left join counted
        on role_paths.tenant_id = counted.tenant_id

),

{{ tenant_rule('role_global_admin_too_few', "'at least " ~ minimum ~ "'") }}
