{{ config(materialized='table') }}

with

revenue_lines as (

    select
        source_line_id, vendor, customer_id, agreement_id, product_id, line_kind, document_date,
        service_start_date, service_end_date, currency_code, amount, reporting_amount
    from {{ ref('fct_revenue_lines') }}

),

cost_lines as (

    select
        source_line_id, vendor, customer_id, agreement_id, product_id, line_kind, cost_source,
        is_provisional, document_date, service_start_date, service_end_date, currency_code, amount,
        reporting_amount
    from {{ ref('int_cost_lines_joined') }}

),

all_lines as (

    select
        'revenue' as side, source_line_id, vendor, customer_id, agreement_id, product_id,
        line_kind, cast(null as varchar) as cost_source, false as is_provisional, document_date,
        service_start_date, service_end_date, currency_code, amount, reporting_amount
    from revenue_lines

    union all

    select
        'cost' as side, source_line_id, vendor, customer_id, agreement_id, product_id, line_kind,
        cost_source, is_provisional, document_date, service_start_date, service_end_date,
        currency_code, amount, reporting_amount
    from cost_lines

),

-- A line without a usable period belongs to the month of its document.
dated as (

    select
        side, source_line_id, vendor, customer_id, agreement_id, product_id, line_kind,
        cost_source, is_provisional, currency_code, amount, reporting_amount,
        {{ month_start('document_date') }} as document_month,
        case
            when service_end_date > service_start_date then service_start_date
            else document_date
        end as start_date,
        case
            when service_end_date > service_start_date then service_end_date
            else {{ add_days('document_date', 1) }}
        end as end_date
    from all_lines

),

bounded as (

    select
        dated.*,
        {{ month_start('start_date') }} as first_month,
        {{ month_start(add_days('end_date', -1)) }} as last_month,
        {{ dbt.datediff('start_date', 'end_date', 'day') }} as day_count
    from dated

),

several_months as (

    select *
    from bounded
    where first_month != last_month

),

months as (

    {{ month_spine('several_months', 'first_month', 'last_month') }}

),

split as (

    select
        several_months.side,
        several_months.source_line_id,
        several_months.amount,
        several_months.reporting_amount,
        several_months.day_count,
        months.month as service_month,
        months.month = several_months.last_month as is_last,
        {{ dbt.datediff(
            'greatest(several_months.start_date, months.month)',
            'least(several_months.end_date, ' ~ add_months('months.month', 1) ~ ')',
            'day'
        ) }} as month_day_count
    from several_months
    inner join months
        on several_months.first_month <= months.month
        and several_months.last_month >= months.month

),

rounded as (

    select
        side,
        source_line_id,
        amount as line_amount,
        reporting_amount as line_reporting_amount,
        service_month,
        is_last,
        case
            when is_last then 0
            else {{ money_share('amount', 'month_day_count', 'day_count') }}
        end as amount,
        case
            when is_last then 0
            else {{ money_share('reporting_amount', 'month_day_count', 'day_count') }}
        end as reporting_amount
    from split

),

-- The last month takes what rounding left, so that the parts add up to the line.
completed as (

    select
        side,
        source_line_id,
        service_month,
        cast(
            case
                when is_last
                    then line_amount - sum(amount) over (partition by side, source_line_id)
                else amount
            end as decimal(18, 4)
        ) as amount,
        cast(
            case
                when is_last
                    then line_reporting_amount
                        - sum(reporting_amount) over (partition by side, source_line_id)
                else reporting_amount
            end as decimal(18, 4)
        ) as reporting_amount
    from rounded

),

final as (

    select
        side, source_line_id, first_month as service_month, document_month, vendor, customer_id,
        agreement_id, product_id, line_kind, cost_source, is_provisional, currency_code, amount,
        reporting_amount
    from bounded
    where first_month = last_month

    union all

    select
        several_months.side, several_months.source_line_id, completed.service_month,
        several_months.document_month, several_months.vendor, several_months.customer_id,
        several_months.agreement_id, several_months.product_id,
        several_months.line_kind, several_months.cost_source, several_months.is_provisional,
        several_months.currency_code, completed.amount, completed.reporting_amount
    from several_months
    inner join completed
        on several_months.side = completed.side
        and several_months.source_line_id = completed.source_line_id

)

select * from final
