{{ config(materialized='table') }}

{#-
    Life of each finding at the closing date, from the history of results alone: which are shown,
    which were resolved and when. Nothing here is stored, so any earlier date can be asked again.
-#}

with

posture_rules as (

    select
        rule_id,
        level
    from {{ ref('posture_rules') }}

),

known as (

    select
        known.finding_id,
        known.rule_id,
        known.tenant_id,
        known.subject_type,
        known.subject_id,
        known.subject_name,
        known.status,
        known.status_reason,
        known.expected,
        known.actual,
        known.evidence,
        posture_rules.level,
        known.rule_version,
        known.is_rest_judged,
        known.is_shown,
        known.valid_from_date,
        -- An end after the closing date is not known yet on that day.
        case when known.valid_to_date <= {{ as_of_date() }} then known.valid_to_date end
            as valid_to_date
    from {{ ref('hist_posture__findings') }} as known
    inner join posture_rules
        on known.rule_id = posture_rules.rule_id
    where
        known.valid_from_date <= {{ as_of_date() }}
        -- What came and went on one date was never observed.
        and (known.valid_to_date is null or known.valid_to_date > known.valid_from_date)

),

observations as (

    select
        tenant_id,
        coverage_date as observed_date
    from {{ ref('hist_posture__mfa_coverage') }}
    where coverage_date <= {{ as_of_date() }}

),

failures as (

    select
        finding_id,
        rule_id,
        tenant_id,
        subject_type,
        subject_id,
        subject_name,
        expected,
        evidence,
        level,
        rule_version,
        valid_from_date,
        valid_to_date,
        row_number() over (partition by finding_id order by valid_from_date desc) as age_number
    from known
    where status = 'fail'

),

last_failures as (

    select
        finding_id,
        rule_id,
        tenant_id,
        subject_type,
        subject_id,
        subject_name,
        expected,
        evidence,
        level,
        rule_version,
        valid_from_date,
        valid_to_date as ended_date
    from failures
    where age_number = 1

),

first_dates as (

    select
        finding_id,
        coalesce(
            min(case when status = 'fail' then valid_from_date end), min(valid_from_date)
        ) as first_seen_date
    from known
    where is_shown
    group by finding_id

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

last_observed as (

    select
        last_failures.finding_id,
        max(observations.observed_date) as last_seen_date
    from last_failures
    inner join observations
        on last_failures.tenant_id = observations.tenant_id
        and last_failures.valid_from_date <= observations.observed_date
        and last_failures.ended_date > observations.observed_date
    group by last_failures.finding_id

),

last_observations as (

    select
        tenant_id,
        max(observed_date) as last_observed_date
    from observations
    group by tenant_id

),

shown as (

    select
        known.finding_id,
        known.rule_id,
        known.tenant_id,
        known.subject_type,
        known.subject_id,
        known.subject_name,
        known.status,
        known.status_reason,
        known.expected,
        known.actual,
        known.evidence,
        known.rule_version,
        case when known.status = 'pass' then resolved_tenants.resolved_date end as resolved_date
    from known
    left join resolved_tenants
        on known.finding_id = resolved_tenants.finding_id
    where known.is_shown and known.valid_to_date is null

),

resolved as (

    select
        last_failures.finding_id,
        last_failures.rule_id,
        last_failures.tenant_id,
        last_failures.subject_type,
        last_failures.subject_id,
        last_failures.subject_name,
        'pass' as status,
        cast(null as varchar) as status_reason,
        last_failures.expected,
        cast(null as varchar) as actual,
        last_failures.evidence,
        last_failures.rule_version,
        resolved_subjects.resolved_date
    from last_failures
    inner join resolved_subjects
        on last_failures.finding_id = resolved_subjects.finding_id

),

living as (

    select * from shown

    union all

    select * from resolved

),

final as (

    select
        living.finding_id,
        living.rule_id,
        living.tenant_id,
        living.subject_type,
        living.subject_id,
        living.subject_name,
        living.status,
        living.status_reason,
        living.expected,
        living.actual,
        living.evidence,
        living.rule_version,
        first_dates.first_seen_date,
        coalesce(
            case when living.resolved_date is not null then last_observed.last_seen_date end,
            last_observations.last_observed_date,
            {{ as_of_date() }}
        ) as last_seen_date,
        living.resolved_date
    from living
    inner join first_dates
        on living.finding_id = first_dates.finding_id
    left join last_observed
        on living.finding_id = last_observed.finding_id
    left join last_observations
        on living.tenant_id = last_observations.tenant_id

)

select * from final
