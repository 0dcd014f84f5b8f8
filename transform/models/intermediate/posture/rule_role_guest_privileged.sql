with

privileged_users as (

    select
        tenant_id,
        user_id,
        role_names
    from {{ ref('int_privileged_users_aggregated') }}

),

users as (

    select
        tenant_id,
        user_id,
        user_principal_name,
        is_guest,
        is_account_enabled
    from {{ ref('int_users_classified') }}

),

role_paths as (

    select
        tenant_id,
        legs_unknown_reason,
        privileged_unknown_reason
    from {{ ref('int_role_paths_checked') }}

),

evaluated as (

    select
        privileged_users.tenant_id,
        privileged_users.user_id as subject_id,
        users.user_principal_name as subject_name,
        case
            when role_paths.legs_unknown_reason is not null then 'not_checked'
            when users.is_guest then 'fail'
            else 'pass'
        end as status,
        role_paths.legs_unknown_reason as status_reason,
        case when users.is_guest then 'guest with a privileged role' end as actual,
        {{ json_object_text({
            'role_names': json_of_text('privileged_users.role_names'),
            'is_account_enabled': 'users.is_account_enabled',
        }) }} as evidence
    from privileged_users
    inner join users
        on privileged_users.tenant_id = users.tenant_id
        and privileged_users.user_id = users.user_id
    inner join role_paths
        on privileged_users.tenant_id = role_paths.tenant_id

),

population as (

    select
        tenant_id,
        count(*) as population_count
    from evaluated
    group by tenant_id

),

gates as (

    select
        role_paths.tenant_id,
        role_paths.privileged_unknown_reason as gate_reason,
        coalesce(population.population_count, 0) as population_count
    from role_paths
    left join population
        on role_paths.tenant_id = population.tenant_id

),

{{ subject_rule('role_guest_privileged', 'user', "'no guest holds a privileged role'") }}
