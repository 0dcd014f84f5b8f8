{%- set limit_days = var('break_glass_days') -%}

with

sign_ins as (

    select
        tenant_id,
        user_id,
        user_principal_name,
        users_state,
        sign_in_state,
        last_successful_sign_in_date,
        last_attempt_date,
        is_sign_in_known,
        coalesce(
            last_successful_sign_in_date >= {{ add_days(as_of_date(), -limit_days) }}, false
        ) as is_used,
        coalesce(last_attempt_date >= {{ add_days(as_of_date(), -limit_days) }}, false)
            as is_attempted
    from {{ ref('int_sign_ins_joined_to_user') }}
    where is_break_glass

),

legs as (

    select
        tenant_id,
        users_state,
        sign_in_state
    from {{ ref('int_tenant_legs_pivoted') }}

),

evaluated as (

    select
        tenant_id,
        user_id as subject_id,
        user_principal_name as subject_name,
        case
            when users_state <> 'fresh' or sign_in_state <> 'fresh' then 'not_checked'
            when is_attempted and not is_used then 'fail'
            else 'pass'
        end as status,
        {{ first_reason(['users_state', 'sign_in_state']) }} as status_reason,
        'attempt on ' || cast(last_attempt_date as varchar) || ', ' || coalesce(
            'last success on ' || cast(last_successful_sign_in_date as varchar),
            'no success on record'
        ) as actual,
        {{ json_object_text({
            'last_successful_sign_in_date': 'cast(last_successful_sign_in_date as varchar)',
            'last_attempt_date': 'cast(last_attempt_date as varchar)',
        }) }} as evidence
    from sign_ins

),

population as (

    select
        tenant_id,
        count(*) as population_count
    from evaluated
    group by tenant_id

),

-- Without such an account nothing needs to be read; the users tell whether there is one.
gates as (

    select
        legs.tenant_id,
        case
            when population.population_count is not null
                then {{ first_reason(['legs.users_state', 'legs.sign_in_state']) }}
            when legs.users_state <> 'fresh' then legs.users_state
        end as gate_reason,
        coalesce(population.population_count, 0) as population_count
    from legs
    left join population
        on legs.tenant_id = population.tenant_id

),

{{ subject_rule(
    'break_glass_attempted', 'user', "'no failed sign-in within " ~ limit_days ~ " days'"
) }}
