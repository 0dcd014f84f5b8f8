-- Fails when the revenue lines of all customers differ from the net sum of the PSA's documents.
{{ config(severity='error') }}

with

documents as (

    select currency_code, sum(net_amount) as amount
    from {{ ref('psa_invoices') }}
    where not is_void
    group by currency_code

),

revenue_lines as (

    select currency_code, sum(amount) as amount
    from {{ ref('fct_revenue_lines') }}
    group by currency_code

)

select
    coalesce(documents.currency_code, revenue_lines.currency_code) as currency_code,
    documents.amount as document_amount,
    revenue_lines.amount as line_amount
from documents
full outer join revenue_lines
    on documents.currency_code = revenue_lines.currency_code
where coalesce(documents.amount, 0) != coalesce(revenue_lines.amount, 0)
