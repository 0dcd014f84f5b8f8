{#-
    When the latest failure of a finding was seen to be gone: the first date from its end on at
    which its rule had judged the subject. Until then it is neither shown nor resolved.
-#}

with

known as (

    select
        finding_id,
        rule_id,
        tenant_id,
        subject_type,
        status,
        level,
        is_rest_judged,
        valid_from_date,
        valid_to_date
    from {{ ref('int_posture_results_known') }}

),

last_failures as (

    select
        finding_id,
        rule_id,
        tenant_id,
        level,
        ended_date
    from {{ ref('int_posture_failures_last') }}

),

-- The tenant's own row of a rule says on which dates subjects without a row had been judged.
rule_states as (

    select
        rule_id,
        tenant_id,
        is_rest_judged,
        valid_from_date,
        valid_to_date
    from known
    where subject_type = 'tenant'

),

open_subjects as (

    select
        finding_id,
        valid_from_date,
        valid_to_date
    from known
    where status = 'not_checked' and level = 'subject' and subject_type <> 'tenant'

),

candidate_dates as (

    select
        finding_id,
        rule_id,
        tenant_id,
        ended_date as candidate_date
    from last_failures
    where level = 'subject' and ended_date is not null

    union all

    select
        last_failures.finding_id,
        last_failures.rule_id,
        last_failures.tenant_id,
        rule_states.valid_from_date as candidate_date
    from last_failures
    inner join rule_states
        on last_failures.rule_id = rule_states.rule_id
        and last_failures.tenant_id = rule_states.tenant_id
        and last_failures.ended_date < rule_states.valid_from_date
    where last_failures.level = 'subject'

    union all

    select
        last_failures.finding_id,
        last_failures.rule_id,
        last_failures.tenant_id,
        open_subjects.valid_to_date as candidate_date
    from last_failures
    inner join open_subjects
        on last_failures.finding_id = open_subjects.finding_id
        and last_failures.ended_date < open_subjects.valid_to_date

),

resolved_subjects as (

    select
        candidate_dates.finding_id,
        min(candidate_dates.candidate_date) as resolved_date
    from candidate_dates
    inner join rule_states
        on candidate_dates.rule_id = rule_states.rule_id
        and candidate_dates.tenant_id = rule_states.tenant_id
        and candidate_dates.candidate_date >= rule_states.valid_from_date
        and (
            rule_states.valid_to_date is null
            or candidate_dates.candidate_date < rule_states.valid_to_date
        )
    left join open_subjects
        on candidate_dates.finding_id = open_subjects.finding_id
        and candidate_dates.candidate_date >= open_subjects.valid_from_date
        and (
            open_subjects.valid_to_date is null
            or candidate_dates.candidate_date < open_subjects.valid_to_date
        )
    where rule_states.is_rest_judged and open_subjects.finding_id is null
    group by candidate_dates.finding_id

),

resolved_tenants as (

    select
        last_failures.finding_id,
        min(known.valid_from_date) as resolved_date
    from last_failures
    inner join known
        on last_failures.finding_id = known.finding_id
        and last_failures.ended_date <= known.valid_from_date
    where last_failures.level = 'tenant' and known.status = 'pass'
    group by last_failures.finding_id

),

final as (

    select
        finding_id,
        resolved_date
    from resolved_subjects

    union all

    select
        finding_id,
        resolved_date
    from resolved_tenants

)

select * from final
