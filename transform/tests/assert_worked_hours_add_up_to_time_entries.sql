-- Fails when the worked hours of all customers differ from the hours of the PSA's time entries.
{{ config(severity='error') }}

with

months as (

    select coalesce(sum(worked_hours), 0) as worked_hours
    from {{ ref('mart_customer_profitability_monthly') }}

),

time_entries as (

    select coalesce(sum(actual_hours), 0) as worked_hours
    from {{ ref('int_time_entries_dated') }}
    where work_date < {{ add_months(month_start(as_of_date()), 1) }}

)

select months.worked_hours, time_entries.worked_hours as entry_hours
from months
cross join time_entries
where months.worked_hours != time_entries.worked_hours
