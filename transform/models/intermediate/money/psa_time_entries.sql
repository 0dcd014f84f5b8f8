{{ config(materialized='table') }}

with

time_entries as (

    select
        connection_id, time_entry_id, company_id, agent_id, agreement_id, invoice_id,
        ticket_id, work_type_name, billable_option, entry_status, hourly_rate_amount,
        actual_hours, deducted_hours, billed_hours, work_date, is_time_zone_known
    from {{ ref('int_time_entries_dated') }}

),

agent_days as (

    select agent_id, work_date, hourly_cost_amount, currency_code, cost_rate_source
    from {{ ref('int_agent_days_costed') }}

),

customers as (

    select connection_id, customer_id, currency_code
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
        time_entries.ticket_id,
        time_entries.work_type_name,
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
        -- What it would bring; the source may give no rate.
        case
            when lower(time_entries.billable_option) in ('donotbill', 'nocharge') then 0
            else {{ money_product(
                'time_entries.hourly_rate_amount',
                '(coalesce(time_entries.actual_hours, 0)'
                ~ ' - coalesce(time_entries.deducted_hours, 0))'
            ) }}
        end as billable_amount,
        customers.currency_code as billing_currency_code,
        time_entries.work_date,
        time_entries.is_time_zone_known
    from time_entries
    left join agent_days
        on time_entries.agent_id = agent_days.agent_id
        and time_entries.work_date = agent_days.work_date
    left join customers
        on time_entries.connection_id = customers.connection_id
        and time_entries.company_id = customers.customer_id

)

select * from final
