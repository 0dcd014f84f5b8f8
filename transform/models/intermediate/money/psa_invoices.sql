{{ config(materialized='table') }}

with

invoices as (

    select
        connection_id, invoice_id, company_id, bill_to_company_id, agreement_id, invoice_number,
        invoice_type, status_name, currency_code, tax_amount, invoice_date, due_date,
        coalesce(agreement_amount, 0) as agreement_amount,
        abs(coalesce(service_adjustment_amount, 0)) as adjustment_amount,
        abs(coalesce(downpayment_applied_amount, 0)) as downpayment_amount,
        -- The net sum follows from the gross one where the document does not name it.
        coalesce(
            subtotal_amount, total_amount - coalesce(tax_amount, 0), 0
        ) as subtotal_amount
    from {{ ref('stg_connectwise__invoices') }}
    where not is_removed and invoice_date <= {{ known_at_date() }}

),

customers as (

    select connection_id, customer_id, currency_code
    from {{ ref('psa_customers') }}

),

connections as (

    select vendor, connection_id, base_currency_code
    from {{ ref('stg_config__connections') }}

),

void_statuses as (

    select invoice_status
    from {{ ref('stg_config__void_statuses') }}

),

final as (

    select
        invoices.connection_id,
        invoices.invoice_id,
        'connectwise' as vendor,
        coalesce(customers.customer_id, 'unassigned') as customer_id,
        invoices.bill_to_company_id as bill_to_customer_id,
        invoices.agreement_id as contract_id,
        invoices.invoice_number,
        case when lower(invoices.invoice_type) = 'creditmemo' then 'credit_note' else 'invoice' end
            as document_type,
        invoices.status_name as invoice_status,
        coalesce(
            invoices.currency_code,
            connections.base_currency_code,
            '{{ var("reporting_currency") }}'
        ) as currency_code,
        -- A credit memo takes money back, whatever sign the vendor writes.
        case
            when lower(invoices.invoice_type) = 'creditmemo' then -abs(invoices.subtotal_amount)
            else invoices.subtotal_amount
        end as net_amount,
        lower(invoices.invoice_type) = 'creditmemo' and invoices.subtotal_amount > 0
            as is_sign_turned,
        lower(invoices.invoice_type) = 'downpayment' as is_downpayment,
        invoices.agreement_amount as flat_amount,
        invoices.adjustment_amount,
        invoices.downpayment_amount,
        invoices.tax_amount,
        void_statuses.invoice_status is not null as is_void,
        invoices.invoice_date,
        invoices.due_date
    from invoices
    left join customers
        on invoices.connection_id = customers.connection_id
        and invoices.company_id = customers.customer_id
    left join connections
        on invoices.connection_id = connections.connection_id
        and connections.vendor = 'connectwise'
    left join void_statuses
        on lower(trim(invoices.status_name)) = void_statuses.invoice_status

)

select * from final
