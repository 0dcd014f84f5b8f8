-- Fails when the months of all customers miss revenue or cost that was recognized or invoiced up to
-- the closing date.
{{ config(severity='error') }}

with

months as (

    select
        sum(revenue_amount) as revenue_amount,
        sum(cost_amount) as cost_amount,
        sum(invoiced_revenue_amount) as invoiced_revenue_amount,
        sum(invoiced_cost_amount) as invoiced_cost_amount
    from {{ ref('mart_customer_profitability_monthly') }}

),

recognition as (

    select
        sum(case when side = 'revenue' then reporting_amount end) as revenue_amount,
        sum(case when side = 'cost' and not is_superseded then reporting_amount end)
            as cost_amount
    from {{ ref('fct_recognition') }}
    where
        service_month <= {{ month_start(as_of_date()) }}
        and (not is_provisional or service_month = {{ month_start(as_of_date()) }})

),

documents as (

    select
        sum(case when side = 'revenue' then reporting_amount end) as revenue_amount,
        sum(case when side = 'cost' and not is_superseded then reporting_amount end)
            as cost_amount
    from {{ ref('fct_recognition') }}
    where
        document_month <= {{ month_start(as_of_date()) }}
        and (not is_provisional or service_month >= {{ month_start(as_of_date()) }})

)

select
    months.revenue_amount,
    recognition.revenue_amount as recognized_revenue_amount,
    months.cost_amount,
    recognition.cost_amount as recognized_cost_amount,
    months.invoiced_revenue_amount,
    documents.revenue_amount as document_revenue_amount,
    months.invoiced_cost_amount,
    documents.cost_amount as document_cost_amount
from months
cross join recognition
cross join documents
where
    coalesce(months.revenue_amount, 0) != coalesce(recognition.revenue_amount, 0)
    or coalesce(months.cost_amount, 0) != coalesce(recognition.cost_amount, 0)
    or coalesce(months.invoiced_revenue_amount, 0) != coalesce(documents.revenue_amount, 0)
    or coalesce(months.invoiced_cost_amount, 0) != coalesce(documents.cost_amount, 0)
