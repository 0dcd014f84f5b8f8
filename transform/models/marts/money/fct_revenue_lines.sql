with

invoice_lines as (

    select
        source_line_id, connection_id, invoice_id, customer_id, contract_id, product_id,
        line_kind, currency_code, quantity, net_amount, service_start_date, service_end_date
    from {{ ref('psa_invoice_lines') }}

),

invoices as (

    select connection_id, invoice_id, vendor, invoice_number, document_type, invoice_date
    from {{ ref('psa_invoices') }}

),

customers as (

    select customer_id, customer_name
    from {{ ref('dim_customers') }}

),

final as (

    select
        invoice_lines.source_line_id,
        invoices.vendor,
        invoice_lines.invoice_id as document_id,
        invoices.invoice_number as document_number,
        invoices.document_type,
        invoices.invoice_date as document_date,
        invoice_lines.customer_id,
        customers.customer_name,
        invoice_lines.contract_id as agreement_id,
        invoice_lines.product_id,
        invoice_lines.line_kind,
        invoice_lines.service_start_date,
        invoice_lines.service_end_date,
        invoice_lines.quantity,
        invoice_lines.currency_code,
        invoice_lines.net_amount as amount,
        {{ fx_amount('invoice_lines.net_amount', 'invoice_lines.currency_code') }}
            as reporting_amount,
        {{ fx_date('invoice_lines.currency_code') }} as fx_rate_date
    from invoice_lines
    inner join invoices
        on invoice_lines.connection_id = invoices.connection_id
        and invoice_lines.invoice_id = invoices.invoice_id
    inner join customers
        on invoice_lines.customer_id = customers.customer_id
    {{ fx_join('invoice_lines.currency_code', 'invoices.invoice_date') }}

)

select * from final
