with

privileged_users as (

    select
        tenant_id,
        user_id,
        user_principal_name,
        role_names,
        legs_unknown_reason,
        is_synced,
        is_account_enabled
    from {{ ref('int_privileged_users_joined') }}

),

role_paths as (

    select
        tenant_id,
        privileged_unknown_reason
    from {{ ref('int_role_paths_checked') }}

),

evaluated as (

    select
        tenant_id,
        user_id as subject_id,
        user_principal_name as subject_name,
        case
            when legs_unknown_reason is not null then 'not_checked'
            when is_synced then 'fail'
            else 'pass'
        end as status,
        legs_unknown_reason as status_reason,
        case when is_synced then 'synchronized account with a privileged role' end as actual,
        {{ json_object_text({
            'role_names': json_of_text('role_names'),
            'is_account_enabled': 'is_account_enabled',
        }) }} as evidence
    from privileged_users

),

{{ rule_gates('role_paths', ['role_paths.privileged_unknown_reason']) }},

{{ subject_rule(
    'role_synced_privileged',
    'user',
    "'no synchronized account holds a privileged role'"
) }}
