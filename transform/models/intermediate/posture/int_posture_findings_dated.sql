{{ config(materialized='table') }}

{#-
    Life of each finding at the closing date, from the history of results alone: which are shown,
    which were resolved and when. Nothing here is stored, so any earlier date can be asked again.
-#}

with

known as (

    select
        finding_id,
        rule_id,
        tenant_id,
        subject_type,
        subject_id,
        subject_name,
        status,
        status_reason,
        expected,
        actual,
        evidence,
        rule_version,
        is_shown,
        valid_from_date,
        valid_to_date
    from {{ ref('int_posture_results_known') }}

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
        ended_date
    from {{ ref('int_posture_failures_last') }}

),

failures_resolved as (

    select
        finding_id,
        resolved_date
    from {{ ref('int_posture_failures_resolved') }}

),

observations as (

    select
        tenant_id,
        coverage_date as observed_date
    from {{ ref('hist_posture__mfa_coverage') }}
    where coverage_date <= {{ as_of_date() }}

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
        case when known.status = 'pass' then failures_resolved.resolved_date end as resolved_date
    from known
    left join failures_resolved
        on known.finding_id = failures_resolved.finding_id
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
        failures_resolved.resolved_date
    from last_failures
    inner join failures_resolved
        on last_failures.finding_id = failures_resolved.finding_id
    where last_failures.level = 'subject'

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
