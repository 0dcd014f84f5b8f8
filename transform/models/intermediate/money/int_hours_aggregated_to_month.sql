with

time_entries as (

    select customer_id, cost_rate_source, worked_hours, billed_hours, work_date
    from {{ ref('psa_time_entries') }}

),

final as (

    select
        customer_id,
        {{ month_start('work_date') }} as month,
        cast(sum(worked_hours) as decimal(12, 4)) as worked_hours,
        cast(sum(billed_hours) as decimal(12, 4)) as billed_hours,
        cast(
            coalesce(sum(worked_hours) filter (where cost_rate_source = 'default'), 0)
            as decimal(12, 4)
        ) as uncosted_hours
    from time_entries
    group by customer_id, {{ month_start('work_date') }}

)

select * from final
