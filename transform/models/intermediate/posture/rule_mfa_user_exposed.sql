with

verdicts as (

    select
        tenant_id,
        user_id,
        user_principal_name,
        population,
        enforced_by,
        excluded_by_policy_ids,
        verdict,
        verdict_reason
    from {{ ref('int_mfa_verdicts_decided') }}
    where is_in_scope

),

legs as (

    select
        tenant_id,
        users_state
    from {{ ref('int_tenant_legs_pivoted') }}

),

evaluated as (

    select
        tenant_id,
        user_id as subject_id,
        user_principal_name as subject_name,
        case verdict
            when 'exposed' then 'fail'
            when 'protected' then 'pass'
            -- What is left out is the tenant's matter, and a rule of its own.
            when 'partial' then 'pass'
            else 'not_checked'
        end as status,
        verdict_reason as status_reason,
        case verdict_reason
            when 'not_capable' then 'no usable second factor is registered'
            else 'no policy asks for a second factor anywhere'
        end as actual,
        {{ json_object_text({
            'population': 'population',
            'verdict_reason': 'verdict_reason',
            'enforced_by': 'enforced_by',
            'excluded_by_policy_ids': json_of_text('excluded_by_policy_ids'),
        }) }} as evidence
    from verdicts

),

population as (

    select
        tenant_id,
        count(*) as population_count
    from evaluated
    group by tenant_id

),

tenant_wide as (

    select
        tenant_id,
        min({{ reason_rank('status_reason') }}) as reason_rank
    from evaluated
    where
        status = 'not_checked'
        and {{ reason_rank('status_reason') }} <= {{ reason_rank("'no_p1'") }}
    group by tenant_id

),

gates as (

    select
        legs.tenant_id,
        {{ reason_of_rank(
            'least(' ~ reason_rank('legs.users_state') ~ ', tenant_wide.reason_rank)'
        ) }} as gate_reason,
        coalesce(population.population_count, 0) as population_count
    from legs
    left join population
        on legs.tenant_id = population.tenant_id
    left join tenant_wide
        on legs.tenant_id = tenant_wide.tenant_id

),

{{ subject_rule('mfa_user_exposed', 'user', "'protected'") }}
