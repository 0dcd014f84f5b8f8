{%- set limit_days = var('stale_days') -%}
{%- set pending_days = var('guest_pending_days') -%}

with

guests as (

    select
        tenant_id,
        user_id,
        user_principal_name,
        users_state,
        sign_in_state,
        is_invitation_pending,
        invited_date,
        created_date,
        last_successful_sign_in_date,
        last_attempt_date,
        idle_since_date
    from {{ ref('int_sign_ins_joined_to_user') }}
    where population = 'guest'

),

legs as (

    select
        tenant_id,
        users_state,
        sign_in_state
    from {{ ref('int_tenant_legs_pivoted') }}

),

judged as (

    select
        tenant_id,
        user_id,
        user_principal_name,
        users_state,
        sign_in_state,
        invited_date,
        created_date,
        last_successful_sign_in_date,
        last_attempt_date,
        coalesce(
            is_invitation_pending
            and invited_date <= {{ add_days(as_of_date(), -pending_days) }},
            false
        ) as is_left_pending,
        {{ sign_in_use(add_days(as_of_date(), -limit_days)) }} as sign_in_use
    from guests

),

evaluated as (

    select
        tenant_id,
        user_id as subject_id,
        user_principal_name as subject_name,
        case
            when users_state <> 'fresh' then 'not_checked'
            -- The invitation stands on the user; sign-ins need not be read for it.
            when is_left_pending then 'fail'
            when sign_in_state <> 'fresh' then 'not_checked'
            when sign_in_use = 'idle' then 'fail'
            when sign_in_use is null then 'not_checked'
            else 'pass'
        end as status,
        case when users_state <> 'fresh' or not is_left_pending then {{ first_reason([
            'users_state',
            'sign_in_state',
            "(case when sign_in_use is null then 'sign_in_not_known' end)",
        ]) }} end as status_reason,
        case
            when is_left_pending then 'invited on ' || cast(invited_date as varchar)
            else {{ sign_in_sentence() }}
        end as actual,
        {{ json_object_text({
            'is_invitation_pending': 'is_left_pending',
            'invited_date': 'cast(invited_date as varchar)',
            'last_successful_sign_in_date': 'cast(last_successful_sign_in_date as varchar)',
            'last_attempt_date': 'cast(last_attempt_date as varchar)',
            'created_date': 'cast(created_date as varchar)',
        }) }} as evidence
    from judged

),

population as (

    select
        tenant_id,
        count(*) as population_count
    from evaluated
    group by tenant_id

),

-- Without guests no sign-in needs to be read; the users tell whether there are any.
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
    'guest_stale',
    'user',
    "'a successful sign-in within the last " ~ limit_days ~ " days; invitations accepted within "
    ~ pending_days ~ "'"
) }}
