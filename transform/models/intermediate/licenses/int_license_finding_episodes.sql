{{ config(materialized='table') }}

{%- set document_kinds = ['billed_after_cancel'] %}
{%- set longest_gap_days = 7 %}

with

-- What was known at the closing date: later intervals are not there yet, later ends neither.
hist_license__findings as (

    select
        finding_id,
        kind,
        observation_state,
        valid_from_date,
        case when valid_to_date <= {{ as_of_date() }} then valid_to_date end as valid_to_date
    from {{ ref('hist_license__findings') }}
    where
        valid_from_date <= {{ as_of_date() }}
        and (valid_to_date is null or valid_to_date > valid_from_date)

),

hist_license__observation_dates as (

    select observation_date
    from {{ ref('hist_license__observation_dates') }}
    where observation_date <= {{ as_of_date() }}

),

followed as (

    select
        finding_id,
        kind,
        observation_state,
        valid_from_date,
        valid_to_date,
        lag(valid_to_date) over (
            partition by finding_id
            order by valid_from_date
        ) as previous_to_date
    from hist_license__findings

),

-- A gap between intervals is an observation that did not show the finding: a new episode begins.
numbered as (

    select
        finding_id,
        kind,
        observation_state,
        valid_from_date,
        valid_to_date,
        sum(case when previous_to_date = valid_from_date then 0 else 1 end) over (
            partition by finding_id
            order by valid_from_date
        ) as episode
    from followed

),

sightings as (

    select
        numbered.finding_id,
        numbered.kind,
        numbered.episode,
        hist_license__observation_dates.observation_date,
        lag(hist_license__observation_dates.observation_date) over (
            partition by numbered.finding_id, numbered.episode
            order by hist_license__observation_dates.observation_date
        ) as previous_date
    from numbered
    inner join hist_license__observation_dates
        on hist_license__observation_dates.observation_date >= numbered.valid_from_date
        and (
            numbered.valid_to_date is null
            or hist_license__observation_dates.observation_date < numbered.valid_to_date
        )
    where numbered.observation_state = 'seen'

),

runs as (

    select
        finding_id,
        kind,
        episode,
        observation_date,
        sum(
            case
                when {{ dbt.datediff('previous_date', 'observation_date', 'day') }}
                    <= {{ longest_gap_days }}
                    then 0
                else 1
            end
        ) over (
            partition by finding_id, episode
            order by observation_date
        ) as run_number
    from sightings

),

counted as (

    select
        finding_id,
        kind,
        episode,
        observation_date,
        row_number() over (
            partition by finding_id, episode, run_number
            order by observation_date
        ) as agreeing_count
    from runs

),

episodes as (

    select
        finding_id,
        episode,
        min(observation_date) as first_seen_date,
        min(
            case
                when
                    agreeing_count >= {{ var('leakage_observations') | int }}
                    or kind in ('{{ document_kinds | join("', '") }}')
                    then observation_date
            end
        ) as opened_date,
        max(observation_date) as last_seen_date
    from counted
    group by finding_id, episode

),

ends as (

    select
        finding_id,
        episode,
        case when count(*) = count(valid_to_date) then max(valid_to_date) end as resolved_date
    from numbered
    group by finding_id, episode

),

final as (

    select
        episodes.finding_id,
        cast(episodes.episode as integer) as episode,
        episodes.first_seen_date,
        episodes.opened_date,
        episodes.last_seen_date,
        ends.resolved_date,
        row_number() over (
            partition by episodes.finding_id
            order by episodes.episode desc
        ) = 1 as is_latest
    from episodes
    inner join ends
        on episodes.finding_id = ends.finding_id
        and episodes.episode = ends.episode

)

select * from final
