{%- set limit = "cast('" ~ var('secure_score_drop') ~ "' as decimal(9, 6))" -%}
{%- set window_days = var('secure_score_drop_days') -%}

with

legs as (

    select
        tenant_id,
        secure_scores_state
    from {{ ref('int_tenant_legs_pivoted') }}

),

-- Microsoft changes the maximum as it changes the controls: only shares can be compared. One score
-- a day is the rule; were there two, the tenant would still get one row.
scores as (

    select
        tenant_id,
        {{ date_in_zone('score_at', "'UTC'") }} as score_date,
        min({{ ratio('current_score', 'max_score') }}) as score_ratio
    from {{ ref('stg_microsoft__secure_scores') }}
    where not is_removed and max_score > 0
    group by tenant_id, {{ date_in_zone('score_at', "'UTC'") }}

),

first_observations as (

    select
        tenant_id,
        min(as_of_date) as first_observed_date
    from {{ ref('hist_ops__legs') }}
    where vendor = 'microsoft' and table_name = 'secure_scores' and leg_state = 'fresh'
    group by tenant_id

),

known_scores as (

    select
        scores.tenant_id,
        scores.score_date,
        scores.score_ratio,
        coalesce(
            scores.score_date <= first_observations.first_observed_date, true
        ) as is_first_observed
    from scores
    left join first_observations
        on scores.tenant_id = first_observations.tenant_id
    where scores.score_date <= {{ as_of_date() }}

),

baselines as (

    select
        tenant_id,
        max(score_date) as latest_date,
        -- What the first observation brought along is one state: nothing in it fell.
        max(case when is_first_observed then score_date end) as baseline_date
    from known_scores
    group by tenant_id

),

latest as (

    select
        known_scores.tenant_id,
        known_scores.score_date,
        known_scores.score_ratio
    from known_scores
    inner join baselines
        on known_scores.tenant_id = baselines.tenant_id
        and known_scores.score_date = baselines.latest_date

),

earlier as (

    select
        known_scores.tenant_id,
        max(known_scores.score_ratio) as highest_ratio
    from known_scores
    inner join baselines
        on known_scores.tenant_id = baselines.tenant_id
        and known_scores.score_date < baselines.latest_date
        and known_scores.score_date >= {{ add_days('baselines.latest_date', -window_days) }}
        and known_scores.score_date >= coalesce(baselines.baseline_date, known_scores.score_date)
    group by known_scores.tenant_id

),

judged as (

    select
        legs.tenant_id,
        latest.score_date,
        latest.score_ratio,
        earlier.highest_ratio,
        case
            when legs.secure_scores_state <> 'fresh' then 'not_checked'
            when latest.score_ratio is null or earlier.highest_ratio is null then 'not_checked'
            when earlier.highest_ratio - latest.score_ratio >= {{ limit }} then 'fail'
            else 'pass'
        end as status,
        {{ first_reason([
            'legs.secure_scores_state',
            "(case when latest.score_ratio is null then 'score_not_known' end)",
            "'no_earlier_observation'",
        ]) }} as unknown_reason
    from legs
    left join latest
        on legs.tenant_id = latest.tenant_id
    left join earlier
        on legs.tenant_id = earlier.tenant_id

),

evaluated as (

    select
        tenant_id,
        status,
        case when status = 'not_checked' then unknown_reason end as status_reason,
        case when status <> 'not_checked' then cast(score_ratio as varchar) end as actual,
        {{ json_object_text({
            'before_ratio': 'cast(highest_ratio as varchar)',
            'after_ratio': 'cast(score_ratio as varchar)',
            'score_date': 'cast(score_date as varchar)',
        }) }} as evidence
    from judged

),

{{ tenant_rule(
    'secure_score_dropped',
    "'a fall of less than " ~ var('secure_score_drop') ~ " of the maximum within "
    ~ window_days ~ " days'"
) }}
