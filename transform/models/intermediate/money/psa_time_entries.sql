{{ config(materialized='table') }}

with

time_entries as (

    select
        connection_id, time_entry_id, company_id, agent_id, agreement_id, invoice_id,
        billable_option, entry_status, actual_hours, billed_hours, work_date
    from {{ ref('int_time_entries_dated') }}

),

agent_days as (

    select agent_id, work_date, hourly_cost_amount, currency_code, cost_rate_source
    from {{ ref('int_agent_days_costed') }}

),

customers as (

    select connection_id, customer_id
    from {{ ref('psa_customers') }}

),

final as (

    select
        time_entries.connection_id || ':time_entries:' || time_entries.time_entry_id
            as source_line_id,
        time_entries.connection_id,
        time_entries.time_entry_id,
        coalesce(customers.customer_id, 'unassigned') as customer_id,
        time_entries.agent_id,
        time_entries.agreement_id as contract_id,
        time_entries.invoice_id,
        case
            when lower(time_entries.entry_status) = 'billedagreement' then 'covered_by_contract'
            when lower(time_entries.entry_status) = 'writtenoff' then 'written_off'
            when lower(time_entries.billable_option) in ('donotbill', 'nocharge')
                then 'not_billable'
            when time_entries.invoice_id is not null then 'billed'
            else 'not_billed'
        end as billed_status,
        coalesce(agent_days.currency_code, '{{ var("reporting_currency") }}')
            as cost_currency_code,
        coalesce(agent_days.cost_rate_source, 'default') as cost_rate_source,
        cast(coalesce(time_entries.actual_hours, 0) as decimal(12, 4)) as worked_hours,
        cast(coalesce(time_entries.billed_hours, 0) as decimal(12, 4)) as billed_hours,
        coalesce(
            agent_days.hourly_cost_amount,
            cast('{{ var("default_hourly_cost") }}' as decimal(19, 6))
        ) as hourly_cost_amount,
        time_entries.work_date
    from time_entries
    left join agent_days
        on time_entries.agent_id = agent_days.agent_id
        and time_entries.work_date = agent_days.work_date
    left join customers
        on time_entries.connection_id = customers.connection_id
        and time_entries.company_id = customers.customer_id

)

select * from final
