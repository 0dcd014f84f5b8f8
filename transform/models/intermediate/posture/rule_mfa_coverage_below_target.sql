{%- set target = "cast('" ~ var('coverage_target') ~ "' as decimal(9, 6))" -%}

with

coverage as (

    select
        tenant_id,
        users_state,
        unknown_reason,
        in_scope_count,
        protected_count,
        exposed_count,
        unknown_count,
        {{ ratio(
            'protected_count', 'protected_count + coalesce(partial_count, 0) + exposed_count'
        ) }} as coverage_ratio,
        {{ ratio('protected_count', 'in_scope_count') }} as proven_ratio,
        {{ ratio('protected_count + unknown_count', 'in_scope_count') }} as possible_ratio,
        is_complete
    from {{ ref('int_mfa_coverage_aggregated_to_tenant') }}

),

judged as (

    select
        tenant_id,
        users_state,
        unknown_reason,
        in_scope_count,
        protected_count,
        exposed_count,
        unknown_count,
        coverage_ratio,
        case
            when users_state <> 'fresh' then 'not_checked'
            when in_scope_count = 0 then 'not_applicable'
            when not is_complete and possible_ratio >= {{ target }} then 'not_checked'
            when coverage_ratio < {{ target }} then 'fail'
            -- The unknown could still pull it below: what was not seen is no pass.
            when coverage_ratio is null or proven_ratio < {{ target }} then 'not_checked'
            else 'pass'
        end as status
    from coverage

),

evaluated as (

    select
        tenant_id,
        status,
        case status
            when 'not_checked' then {{ first_reason(
                ['users_state', 'unknown_reason', "'coverage_not_known'"]
            ) }}
            when 'not_applicable' then 'no_subject'
        end as status_reason,
        cast(coverage_ratio as varchar) as actual,
        {{ json_object_text({
            'in_scope_count': 'in_scope_count',
            'protected_count': 'protected_count',
            'exposed_count': 'exposed_count',
            'unknown_count': 'unknown_count',
        }) }} as evidence
    from judged

),

{{ tenant_rule('mfa_coverage_below_target', "'at least " ~ var('coverage_target') ~ "'") }}
