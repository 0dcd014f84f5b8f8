with

verdicts as (

    select
        tenant_id,
        user_id,
        user_principal_name,
        population,
        methods,
        users_state,
        capability_unknown_reason,
        is_in_scope,
        is_mfa_capable
    from {{ ref('int_mfa_verdicts_decided') }}

),

legs as (

    select
        tenant_id,
        users_state,
        registration_state
    from {{ ref('int_tenant_legs_pivoted') }}

),

evaluated as (

    select
        tenant_id,
        user_id as subject_id,
        user_principal_name as subject_name,
        case
            when users_state <> 'fresh' or capability_unknown_reason is not null then 'not_checked'
            when is_mfa_capable then 'pass'
            else 'fail'
        end as status,
        {{ first_reason(['users_state', 'capability_unknown_reason']) }} as status_reason,
        case when is_mfa_capable then 'capable' else 'not capable' end as actual,
        {{ json_object_text({
            'population': 'population',
            'methods': json_of_text('methods'),
        }) }} as evidence
    from verdicts
    where is_in_scope

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
        legs.tenant_id,
        {{ first_reason(['legs.users_state', 'legs.registration_state']) }} as gate_reason,
        coalesce(population.population_count, 0) as population_count
    from legs
    left join population
        on legs.tenant_id = population.tenant_id

),

{{ subject_rule('mfa_user_not_capable', 'user', "'MFA-capable'") }}
