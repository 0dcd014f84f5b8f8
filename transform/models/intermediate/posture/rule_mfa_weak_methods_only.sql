with

verdicts as (

    select
        tenant_id,
        user_id,
        user_principal_name,
        population,
        methods,
        is_mfa_capable,
        has_only_weak_methods
    from {{ ref('int_mfa_verdicts_decided') }}
    where is_in_scope

),

legs as (

    select
        tenant_id,
        users_state,
        registration_state
    from {{ ref('int_tenant_legs_pivoted') }}

),

-- Another vendor's factor is no phone: its users are judged by what Microsoft's report shows.
judged as (

    select
        verdicts.tenant_id,
        verdicts.user_id,
        verdicts.user_principal_name,
        verdicts.population,
        verdicts.methods,
        verdicts.is_mfa_capable and verdicts.has_only_weak_methods as is_weak,
        {{ first_reason([
            'legs.users_state',
            'legs.registration_state',
            "(case when verdicts.is_mfa_capable is null"
            ~ " or (verdicts.is_mfa_capable and verdicts.has_only_weak_methods is null)"
            ~ " then 'no_registration_row' end)",
        ]) }} as unknown_reason
    from verdicts
    inner join legs
        on verdicts.tenant_id = legs.tenant_id

),

evaluated as (

    select
        tenant_id,
        user_id as subject_id,
        user_principal_name as subject_name,
        case
            when unknown_reason is not null then 'not_checked'
            when is_weak then 'fail'
            else 'pass'
        end as status,
        unknown_reason as status_reason,
        case when is_weak then 'phone-based methods only' end as actual,
        {{ json_object_text({
            'population': 'population',
            'methods': json_of_text('methods'),
        }) }} as evidence
    from judged

),

{{ rule_gates('legs', ['legs.users_state', 'legs.registration_state']) }},

{{ subject_rule('mfa_weak_methods_only', 'user', "'a method beyond text messages and calls'") }}
