{{ config(materialized='table') }}

with

charges as (

    select
        source_line_id, vendor, invoice_id, invoice_number, invoice_date, customer_id,
        product_id, charge_kind, period_start_date, period_end_date, quantity, currency_code,
        cost_amount, is_provisional
    from {{ ref('distributor_charges') }}

),

invoice_lines as (

    select
        source_line_id, connection_id, invoice_id, customer_id, contract_id, product_id,
        line_kind, currency_code, quantity, cost_amount, service_start_date, service_end_date
    from {{ ref('psa_invoice_lines') }}
    where cost_amount != 0

),

invoices as (

    select connection_id, invoice_id, vendor, invoice_number, document_type, invoice_date
    from {{ ref('psa_invoices') }}

),

expenses as (

    select
        source_line_id, expense_id, customer_id, contract_id, currency_code, cost_amount,
        expense_date
    from {{ ref('psa_expenses') }}
    where cost_amount != 0

),

time_entries as (

    select
        source_line_id, time_entry_id, customer_id, contract_id, cost_currency_code,
        cost_rate_source, worked_hours, hourly_cost_amount, work_date
    from {{ ref('psa_time_entries') }}
    where worked_hours != 0

),

unconverted as (

    select
        source_line_id,
        vendor,
        invoice_id as document_id,
        invoice_number as document_number,
        'charge' as document_type,
        invoice_date as document_date,
        customer_id,
        cast(null as varchar) as agreement_id,
        product_id,
        case charge_kind when 'one_time' then 'product' else charge_kind end as line_kind,
        period_start_date as service_start_date,
        period_end_date as service_end_date,
        quantity,
        currency_code,
        cost_amount as amount,
        'distributor' as cost_source,
        is_provisional,
        false as is_uncosted,
        cast(null as decimal(12, 4)) as worked_hours,
        cast(null as decimal(19, 6)) as hourly_cost_amount
    from charges

    union all

    select
        invoice_lines.source_line_id,
        invoices.vendor,
        invoice_lines.invoice_id as document_id,
        invoices.invoice_number as document_number,
        invoices.document_type,
        invoices.invoice_date as document_date,
        invoice_lines.customer_id,
        invoice_lines.contract_id as agreement_id,
        invoice_lines.product_id,
        invoice_lines.line_kind,
        invoice_lines.service_start_date,
        invoice_lines.service_end_date,
        invoice_lines.quantity,
        invoice_lines.currency_code,
        invoice_lines.cost_amount as amount,
        'psa' as cost_source,
        false as is_provisional,
        false as is_uncosted,
        cast(null as decimal(12, 4)) as worked_hours,
        cast(null as decimal(19, 6)) as hourly_cost_amount
    from invoice_lines
    inner join invoices
        on invoice_lines.connection_id = invoices.connection_id
        and invoice_lines.invoice_id = invoices.invoice_id

    union all

    select
        source_line_id,
        'connectwise' as vendor,
        expense_id as document_id,
        cast(null as varchar) as document_number,
        'charge' as document_type,
        expense_date as document_date,
        customer_id,
        contract_id as agreement_id,
        cast(null as varchar) as product_id,
        'expense' as line_kind,
        cast(null as date) as service_start_date,
        cast(null as date) as service_end_date,
        cast(null as decimal(19, 6)) as quantity,
        currency_code,
        cost_amount as amount,
        'psa' as cost_source,
        false as is_provisional,
        false as is_uncosted,
        cast(null as decimal(12, 4)) as worked_hours,
        cast(null as decimal(19, 6)) as hourly_cost_amount
    from expenses

    union all

    select
        source_line_id,
        'connectwise' as vendor,
        time_entry_id as document_id,
        cast(null as varchar) as document_number,
        'time_entry' as document_type,
        work_date as document_date,
        customer_id,
        contract_id as agreement_id,
        cast(null as varchar) as product_id,
        'labor' as line_kind,
        cast(null as date) as service_start_date,
        cast(null as date) as service_end_date,
        cast(worked_hours as decimal(19, 6)) as quantity,
        cost_currency_code as currency_code,
        {{ money_product('worked_hours', 'hourly_cost_amount') }} as amount,
        'labor' as cost_source,
        false as is_provisional,
        cost_rate_source = 'default' as is_uncosted,
        worked_hours,
        hourly_cost_amount
    from time_entries

),

final as (

    select
        unconverted.*,
        {{ fx_amount('unconverted.amount', 'unconverted.currency_code') }} as reporting_amount,
        {{ fx_date('unconverted.currency_code') }} as fx_rate_date
    from unconverted
    {{ fx_join('unconverted.currency_code', 'unconverted.document_date') }}

)

select * from final
