{{ config(materialized='table') }}

with

months as (

    select
        customer_id, month, is_closed, revenue_amount, residual_revenue_amount,
        license_cost_amount, labor_cost_amount, other_cost_amount, cost_amount,
        gross_margin_amount, invoiced_revenue_amount, invoiced_cost_amount, worked_hours,
        billed_hours, uncosted_hours, source_line_count
    from {{ ref('mart_customer_profitability_monthly') }}
    where is_closed

),

unconverted_lines as (

    select distinct customer_id, side, source_line_id, service_month
    from {{ ref('fct_recognition') }}
    where reporting_amount is null and not is_superseded and not is_provisional

),

closings as (

    select customer_id, month as closing_month
    from months

),

summed as (

    select
        closings.customer_id,
        closings.closing_month,
        {%- for amount in [
            'revenue_amount', 'residual_revenue_amount', 'license_cost_amount',
            'labor_cost_amount', 'other_cost_amount', 'cost_amount', 'invoiced_revenue_amount',
            'invoiced_cost_amount',
        ] %}
        {{ money_sum('months.' ~ amount) }} as {{ amount }},
        {%- endfor %}
        {%- for hours in ['worked_hours', 'billed_hours', 'uncosted_hours'] %}
        cast(sum(months.{{ hours }}) as decimal(12, 4)) as {{ hours }},
        {%- endfor %}
        count(*) filter (where months.source_line_count > 0) as month_count,
        -- The parts of a least-squares line through the months, counted from 0.
        count(*) as point_count,
        sum({{ dbt.datediff('closings.closing_month', 'months.month', 'month') }} + 11) as x_sum,
        sum(
            ({{ dbt.datediff('closings.closing_month', 'months.month', 'month') }} + 11)
            * ({{ dbt.datediff('closings.closing_month', 'months.month', 'month') }} + 11)
        ) as xx_sum,
        sum(months.gross_margin_amount) as y_sum,
        sum(
            ({{ dbt.datediff('closings.closing_month', 'months.month', 'month') }} + 11)
            * months.gross_margin_amount
        ) as xy_sum
    from closings
    inner join months
        on closings.customer_id = months.customer_id
        and months.month <= closings.closing_month
        and months.month > {{ add_months('closings.closing_month', -12) }}
    group by closings.customer_id, closings.closing_month

),

missing_rates as (

    select
        closings.customer_id,
        closings.closing_month,
        count(distinct unconverted_lines.side || unconverted_lines.source_line_id)
            as fx_missing_count
    from closings
    inner join unconverted_lines
        on closings.customer_id = unconverted_lines.customer_id
        and unconverted_lines.service_month <= closings.closing_month
        and unconverted_lines.service_month > {{ add_months('closings.closing_month', -12) }}
    group by closings.customer_id, closings.closing_month

),

final as (

    select
        summed.*,
        coalesce(missing_rates.fx_missing_count, 0) as fx_missing_count,
        case
            when summed.point_count > 1
                then {{ unit_share(
                    'summed.point_count * summed.xy_sum - summed.x_sum * summed.y_sum',
                    'summed.point_count * summed.xx_sum - summed.x_sum * summed.x_sum'
                ) }}
        end as margin_trend_amount
    from summed
    left join missing_rates
        on summed.customer_id = missing_rates.customer_id
        and summed.closing_month = missing_rates.closing_month

)

select * from final
