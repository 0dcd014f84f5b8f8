{{ config(materialized='table') }}

{#- Results of rules in intervals, as they were known at the closing date. -#}

with

posture_rules as (

    select
        rule_id,
        level
    from {{ ref('posture_rules') }}

),

history as (

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
        is_rest_judged,
        is_shown,
        valid_from_date,
        valid_to_date
    from {{ ref('hist_posture__findings') }}
    where
        valid_from_date <= {{ as_of_date() }}
        -- What came and went on one date was never observed.
        and (valid_to_date is null or valid_to_date > valid_from_date)

),

final as (

    select
        history.finding_id,
        history.rule_id,
        history.tenant_id,
        history.subject_type,
        history.subject_id,
        history.subject_name,
        history.status,
        history.status_reason,
        history.expected,
        history.actual,
        history.evidence,
        posture_rules.level,
        history.rule_version,
        history.is_rest_judged,
        history.is_shown,
        history.valid_from_date,
        -- An end after the closing date is not known yet on that day.
        case when history.valid_to_date <= {{ as_of_date() }} then history.valid_to_date end
            as valid_to_date
    from history
    inner join posture_rules
        on history.rule_id = posture_rules.rule_id

)

select * from final
