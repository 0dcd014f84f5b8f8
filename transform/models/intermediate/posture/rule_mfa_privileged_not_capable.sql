with

privileged_users as (

    select
        tenant_id,
        user_id,
        role_names
    from {{ ref('int_privileged_users_aggregated') }}

),

verdicts as (

    select
        tenant_id,
        user_id,
        user_principal_name,
        population,
        users_state,
        capability_unknown_reason,
        is_account_enabled,
        is_mfa_capable
    from {{ ref('int_mfa_verdicts_decided') }}

),

role_paths as (

    select
        tenant_id,
        registration_state,
        legs_unknown_reason,
        privileged_unknown_reason
    from {{ ref('int_role_paths_checked') }}

),

-- A blocked sign-in has no registration row; role_disabled_privileged watches those.
holders as (

    select
        privileged_users.tenant_id,
        privileged_users.user_id,
        privileged_users.role_names,
        verdicts.user_principal_name,
        verdicts.population,
        verdicts.is_mfa_capable,
        {{ first_reason(['role_paths.legs_unknown_reason', 'verdicts.capability_unknown_reason']) }}
            as unknown_reason
    from privileged_users
    inner join verdicts
        on privileged_users.tenant_id = verdicts.tenant_id
        and privileged_users.user_id = verdicts.user_id
    inner join role_paths
        on privileged_users.tenant_id = role_paths.tenant_id
    where verdicts.is_account_enabled

),

evaluated as (

    select
        tenant_id,
        user_id as subject_id,
        user_principal_name as subject_name,
        case
            when unknown_reason is not null then 'not_checked'
            when is_mfa_capable then 'pass'
            else 'fail'
        end as status,
        unknown_reason as status_reason,
        case when is_mfa_capable then 'capable' else 'not capable' end as actual,
        {{ json_object_text({
            'population': 'population',
            'role_names': json_of_text('role_names'),
        }) }} as evidence
    from holders

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
        {{ first_reason([
            'role_paths.privileged_unknown_reason',
            'role_paths.registration_state',
        ]) }} as gate_reason,
        coalesce(population.population_count, 0) as population_count
    from role_paths
    left join population
        on role_paths.tenant_id = population.tenant_id

),

{{ subject_rule('mfa_privileged_not_capable', 'user', "'MFA-capable'") }}
