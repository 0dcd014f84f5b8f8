{%- set limit_days = var('stale_days') -%}

with

accounts as (

    select
        tenant_id,
        user_id,
        user_principal_name,
        users_state,
        sign_in_state,
        created_date,
        last_successful_sign_in_date,
        last_attempt_date,
        idle_since_date
    from {{ ref('int_sign_ins_joined_to_user') }}
    where population = 'member'

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
        created_date,
        last_successful_sign_in_date,
        last_attempt_date,
        {{ sign_in_use(add_days(as_of_date(), -limit_days)) }} as sign_in_use
    from accounts

),

evaluated as (

    select
        tenant_id,
        user_id as subject_id,
        user_principal_name as subject_name,
        case
            when users_state <> 'fresh' or sign_in_state <> 'fresh' or sign_in_use is null
                then 'not_checked'
            when sign_in_use = 'idle' then 'fail'
            else 'pass'
        end as status,
        {{ first_reason([
            'users_state',
            'sign_in_state',
            "(case when sign_in_use is null then 'sign_in_not_known' end)",
        ]) }} as status_reason,
        {{ sign_in_sentence() }} as actual,
        {{ json_object_text({
            'last_successful_sign_in_date': 'cast(last_successful_sign_in_date as varchar)',
            'last_attempt_date': 'cast(last_attempt_date as varchar)',
            'created_date': 'cast(created_date as varchar)',
        }) }} as evidence
    from judged

),

{{ rule_gates('legs', ['legs.users_state', 'legs.sign_in_state']) }},

{{ subject_rule(
    'account_stale', 'user', "'a successful sign-in within the last " ~ limit_days ~ " days'"
) }}
