with

invoices as (

    select
        connection_id, invoice_id, customer_id, contract_id, document_type, currency_code,
        net_amount, is_sign_turned
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

line_sums as (

    select connection_id, invoice_id, sum(net_amount) as line_amount
    from sourced
    group by connection_id, invoice_id

),

{#- A document has one sign, decided by its type and sums, and every line follows it: a negative
    line of a credit note gives back less. Where the vendor writes the credit as a positive amount,
    its lines are turned with it; else they are turned only where that brings them to the sum. #}
signed_invoices as (

    select
        invoices.*,
        case
            when invoices.document_type != 'credit_note' then 1
            when invoices.is_sign_turned then -1
            when
                abs(invoices.net_amount - coalesce(line_sums.line_amount, 0))
                > abs(invoices.net_amount + coalesce(line_sums.line_amount, 0))
                then -1
            else 1
        end as line_sign
    from invoices
    left join line_sums
        on invoices.connection_id = line_sums.connection_id
        and invoices.invoice_id = line_sums.invoice_id

),

final as (

    select
        sourced.source_line_id,
        sourced.connection_id,
        sourced.invoice_id,
        signed_invoices.customer_id,
        coalesce(sourced.agreement_id, signed_invoices.contract_id) as contract_id,
        sourced.source_product_id,
        coalesce(products.product_id, 'psa:' || sourced.source_product_id) as product_id,
        case
            when signed_invoices.document_type = 'credit_note' then 'credit'
            else sourced.line_kind
        end as line_kind,
        signed_invoices.currency_code,
        sourced.quantity,
        cast(sourced.net_amount * signed_invoices.line_sign as decimal(18, 4)) as net_amount,
        cast(sourced.cost_amount * signed_invoices.line_sign as decimal(18, 4)) as cost_amount,
        sourced.service_start_date,
        sourced.service_end_date
    from sourced
    inner join signed_invoices
        on sourced.connection_id = signed_invoices.connection_id
        and sourced.invoice_id = signed_invoices.invoice_id
    left join products
        on sourced.connection_id = products.connection_id
        and sourced.source_product_id = products.source_product_id

)

select * from final
