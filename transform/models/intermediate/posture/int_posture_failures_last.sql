{#- The latest failure of every finding that ever failed, and when it ended. -#}

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
        expected,
        evidence,
        level,
        rule_version,
        valid_from_date,
        valid_to_date
    from {{ ref('int_posture_results_known') }}

),

numbered as (

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

final as (

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
    from numbered
    where age_number = 1

)

select * from final
