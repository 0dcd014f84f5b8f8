with

lines_spread as (

    select
        side, source_line_id, service_month, document_month, vendor, customer_id, agreement_id,
        product_id, line_kind, cost_source, is_provisional, currency_code, amount, reporting_amount
    from {{ ref('int_lines_spread') }}

),

customers as (

    select customer_id, customer_name
    from {{ ref('dim_customers') }}

),

-- Months in which the distributor charged a customer for a product: its own price counts there.
charged_months as (

    select distinct customer_id, product_id, service_month
    from lines_spread
    where
        cost_source = 'distributor'
        and not is_provisional
        and product_id is not null
        -- Different unknown customers share this name.
        and customer_id != 'unassigned'

),

final as (

    select
        lines_spread.side,
        lines_spread.source_line_id,
        lines_spread.service_month,
        lines_spread.customer_id,
        customers.customer_name,
        lines_spread.product_id,
        lines_spread.line_kind,
        coalesce(lines_spread.cost_source, '') = 'psa' and charged_months.product_id is not null
            as is_superseded,
        lines_spread.currency_code,
        lines_spread.amount,
        lines_spread.reporting_amount,
        lines_spread.vendor,
        lines_spread.agreement_id,
        {{ add_months('lines_spread.service_month', 1) }} <= {{ as_of_date() }} as is_closed,
        lines_spread.document_month,
        lines_spread.cost_source,
        lines_spread.is_provisional
    from lines_spread
    inner join customers
        on lines_spread.customer_id = customers.customer_id
    left join charged_months
        on lines_spread.customer_id = charged_months.customer_id
        and lines_spread.product_id = charged_months.product_id
        and lines_spread.service_month = charged_months.service_month

)

select * from final
