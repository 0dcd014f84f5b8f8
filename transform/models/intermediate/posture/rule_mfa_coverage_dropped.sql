{%- set limit = "cast('" ~ var('coverage_drop') ~ "' as decimal(9, 6))" -%}
{%- set window_days = var('coverage_drop_days') -%}

with

coverage as (

    select
        tenant_id,
        unknown_reason,
        users_state,
        in_scope_count,
        is_complete,
        {{ ratio(
            'protected_count', 'protected_count + coalesce(partial_count, 0) + exposed_count'
        ) }} as coverage_ratio
    from {{ ref('int_mfa_coverage_aggregated_to_tenant') }}

),

-- Observations with a leg behind say nothing about a fall: neither this one nor an earlier one.
earlier as (

    select
        tenant_id,
        max({{ ratio(
            'protected_count', 'protected_count + coalesce(partial_count, 0) + exposed_count'
        ) }}) as highest_ratio
    from {{ ref('hist_posture__mfa_coverage') }}
    where
        is_complete
        and coverage_date < {{ as_of_date() }}
        and coverage_date >= {{ add_days(as_of_date(), -window_days) }}
    group by tenant_id

),

judged as (

    select
        coverage.tenant_id,
        coverage.coverage_ratio,
        earlier.highest_ratio,
        case
            when coverage.users_state <> 'fresh' then 'not_checked'
            when coverage.in_scope_count = 0 then 'not_applicable'
            when not coverage.is_complete or coverage.coverage_ratio is null then 'not_checked'
            when earlier.highest_ratio is null then 'not_checked'
            when earlier.highest_ratio - coverage.coverage_ratio >= {{ limit }} then 'fail'
            else 'pass'
        end as status,
        {{ first_reason([
            'coverage.users_state',
            '(case when not coverage.is_complete then coverage.unknown_reason end)',
            "(case when coverage.coverage_ratio is null then 'coverage_not_known' end)",
            "'no_earlier_observation'",
        ]) }} as unknown_reason
    from coverage
    left join earlier
        on coverage.tenant_id = earlier.tenant_id

),

evaluated as (

    select
        tenant_id,
        status,
        case status
            when 'not_checked' then unknown_reason
            when 'not_applicable' then 'no_subject'
        end as status_reason,
        case when status in ('pass', 'fail') then cast(coverage_ratio as varchar) end as actual,
        {{ json_object_text({
            'before_ratio': 'cast(highest_ratio as varchar)',
            'after_ratio': 'cast(coverage_ratio as varchar)',
        }) }} as evidence
    from judged

),

{{ tenant_rule(
    'mfa_coverage_dropped',
    "'a fall of less than " ~ var('coverage_drop') ~ " within " ~ window_days ~ " days'"
) }}
