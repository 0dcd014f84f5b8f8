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
        last_sign_in_date,
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
        created_date,
        last_sign_in_date,
        idle_since_date <= {{ add_days(as_of_date(), -limit_days) }} as is_stale,
        {{ first_reason([
            'users_state',
            'sign_in_state',
            "(case when last_sign_in_date is null and created_date is null and idle_since_date > "
            ~ add_days(as_of_date(), -limit_days) ~ " then 'sign_in_not_known' end)",
        ]) }} as unknown_reason
    from accounts

),

evaluated as (

    select
        tenant_id,
        user_id as subject_id,
        user_principal_name as subject_name,
        case
            when unknown_reason is not null then 'not_checked'
            when is_stale then 'fail'
            else 'pass'
        end as status,
        unknown_reason as status_reason,
        coalesce('last sign-in on ' || cast(last_sign_in_date as varchar), 'no sign-in known')
            as actual,
        {{ json_object_text({
            'last_sign_in_date': 'cast(last_sign_in_date as varchar)',
            'created_date': 'cast(created_date as varchar)',
        }) }} as evidence
    from judged

),

{{ rule_gates('legs', ['legs.users_state', 'legs.sign_in_state']) }},

{{ subject_rule(
    'account_stale', 'user', "'a sign-in within the last " ~ limit_days ~ " days'"
) }}
