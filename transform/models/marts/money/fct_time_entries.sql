with

time_entries as (

    select
        source_line_id, customer_id, agent_id, contract_id, ticket_id, work_date,
        work_type_name, worked_hours, billed_hours, billed_status, invoice_id, billable_amount,
        billing_currency_code, hourly_cost_amount, is_time_zone_known
    from {{ ref('psa_time_entries') }}

),

cost_lines as (

    select source_line_id, reporting_amount
    from {{ ref('int_cost_lines_joined') }}
    where cost_source = 'labor'

),

customers as (

    select customer_id, customer_name
    from {{ ref('dim_customers') }}

),

final as (

    select
        time_entries.source_line_id as time_entry_id,
        time_entries.customer_id,
        customers.customer_name,
        time_entries.agent_id,
        time_entries.contract_id as agreement_id,
        time_entries.ticket_id,
        time_entries.work_date,
        time_entries.work_type_name as work_type,
        time_entries.worked_hours,
        time_entries.billed_hours,
        case time_entries.billed_status
            when 'covered_by_contract' then 'covered'
            when 'billed' then 'billed'
            when 'not_billed' then 'unbilled'
            else 'no_charge'
        end as billing_status,
        time_entries.invoice_id,
        time_entries.billable_amount,
        time_entries.billing_currency_code as currency_code,
        time_entries.hourly_cost_amount,
        -- An entry without hours is no cost line and costs nothing.
        case
            when time_entries.worked_hours = 0 then cast(0 as decimal(18, 4))
            else cost_lines.reporting_amount
        end as cost_amount,
        time_entries.is_time_zone_known
    from time_entries
    inner join customers
        on time_entries.customer_id = customers.customer_id
    left join cost_lines
        on time_entries.source_line_id = cost_lines.source_line_id

)

select * from final
