{{ config(materialized='table') }}

with

invoices as (

    select
        connection_id, invoice_id, customer_id, contract_id, document_type, currency_code,
        net_amount
    from {{ ref('psa_invoices') }}
    where not is_void

),

sourced as (

    select
        connection_id, invoice_id, source_line_id, agreement_id, source_product_id, line_kind,
        quantity, net_amount, cost_amount, service_start_date, service_end_date
    from {{ ref('int_invoice_lines_sourced') }}

),

products as (

    select connection_id, source_product_id, product_id
    from {{ ref('map_products') }}
    where namespace = 'psa'

),

named as (

    select
        sourced.source_line_id,
        sourced.connection_id,
        sourced.invoice_id,
        invoices.customer_id,
        coalesce(sourced.agreement_id, invoices.contract_id) as contract_id,
        sourced.source_product_id,
        coalesce(products.product_id, 'psa:' || sourced.source_product_id) as product_id,
        case when invoices.document_type = 'credit_note' then 'credit' else sourced.line_kind end
            as line_kind,
        invoices.currency_code,
        sourced.quantity,
        case
            when invoices.document_type = 'credit_note' then -abs(sourced.net_amount)
            else sourced.net_amount
        end as net_amount,
        case
            when invoices.document_type = 'credit_note' then -abs(sourced.cost_amount)
            else sourced.cost_amount
        end as cost_amount,
        sourced.service_start_date,
        sourced.service_end_date
    from sourced
    inner join invoices
        on sourced.connection_id = invoices.connection_id
        and sourced.invoice_id = invoices.invoice_id
    left join products
        on sourced.connection_id = products.connection_id
        and sourced.source_product_id = products.source_product_id

),

explained as (

    select connection_id, invoice_id, sum(net_amount) as net_amount
    from named
    group by connection_id, invoice_id

),

-- What the vendor's totals hold and no line shows, so that lines always add up to the document.
residuals as (

    select
        invoices.connection_id || ':invoices:' || invoices.invoice_id || ':residual'
            as source_line_id,
        invoices.connection_id,
        invoices.invoice_id,
        invoices.customer_id,
        invoices.contract_id,
        cast(null as varchar) as source_product_id,
        cast(null as varchar) as product_id,
        'residual' as line_kind,
        invoices.currency_code,
        cast(null as decimal(19, 6)) as quantity,
        cast(invoices.net_amount - coalesce(explained.net_amount, 0) as decimal(18, 4))
            as net_amount,
        cast(null as decimal(18, 4)) as cost_amount,
        cast(null as date) as service_start_date,
        cast(null as date) as service_end_date
    from invoices
    left join explained
        on invoices.connection_id = explained.connection_id
        and invoices.invoice_id = explained.invoice_id
    where invoices.net_amount != coalesce(explained.net_amount, 0)

),

final as (

    select
        source_line_id, connection_id, invoice_id, customer_id, contract_id, source_product_id,
        product_id, line_kind, currency_code, quantity, net_amount, cost_amount,
        service_start_date, service_end_date
    from named

    union all

    select
        source_line_id, connection_id, invoice_id, customer_id, contract_id, source_product_id,
        product_id, line_kind, currency_code, quantity, net_amount, cost_amount,
        service_start_date, service_end_date
    from residuals

)

select * from final
