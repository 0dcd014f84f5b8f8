-- Fails when the cost of the PSA's product lines differs from what its documents hold, turned as each document is.
{{ config(severity='error') }}

with

documents as (

    select connection_id, invoice_id, currency_code, document_type, net_amount
    from {{ ref('psa_invoices') }}
    where not is_void

),

revenue as (

    select connection_id, invoice_id, sum(net_amount) as line_amount
    from {{ ref('int_invoice_lines_sourced') }}
    group by connection_id, invoice_id

),

costs as (

    select connection_id, invoice_id, sum(cost_amount) as cost_amount
    from {{ ref('int_invoice_lines_sourced') }}
    group by connection_id, invoice_id

),

-- A credit note takes back in total: the cost goes the way that brings its lines below zero.
expected as (

    select
        documents.currency_code,
        sum(
            case
                when documents.document_type = 'credit_note' and revenue.line_amount > 0
                    then -costs.cost_amount
                else costs.cost_amount
            end
        ) as amount
    from documents
    inner join revenue
        on documents.connection_id = revenue.connection_id
        and documents.invoice_id = revenue.invoice_id
    inner join costs
        on documents.connection_id = costs.connection_id
        and documents.invoice_id = costs.invoice_id
    group by documents.currency_code

),

found as (

    select currency_code, sum(amount) as amount
    from {{ ref('fct_cost_lines') }}
    where cost_source = 'psa' and line_kind != 'expense'
    group by currency_code

)

select
    coalesce(expected.currency_code, found.currency_code) as currency_code,
    expected.amount as document_amount,
    found.amount as line_amount
from expected
full outer join found
    on expected.currency_code = found.currency_code
where coalesce(expected.amount, 0) != coalesce(found.amount, 0)
