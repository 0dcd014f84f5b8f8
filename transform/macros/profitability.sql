{#- The money columns that a month and a trailing year share, from the sums of their parts. -#}
{% macro profit_columns() %}
        cast(revenue_amount as decimal(18, 4)) as revenue_amount,
        cast(license_cost_amount as decimal(18, 4)) as license_cost_amount,
        cast(labor_cost_amount as decimal(18, 4)) as labor_cost_amount,
        cast(other_cost_amount as decimal(18, 4)) as other_cost_amount,
        cast(cost_amount as decimal(18, 4)) as cost_amount,
        cast(revenue_amount - cost_amount as decimal(18, 4)) as gross_margin_amount,
        case
            when revenue_amount > 0
                then {{ ratio('revenue_amount - cost_amount', 'revenue_amount') }}
        end as gross_margin_ratio,
        cast(invoiced_revenue_amount as decimal(18, 4)) as invoiced_revenue_amount,
        cast(invoiced_cost_amount as decimal(18, 4)) as invoiced_cost_amount,
        cast(invoiced_revenue_amount - invoiced_cost_amount as decimal(18, 4))
            as invoiced_gross_margin_amount,
        case
            when invoiced_revenue_amount > 0
                then {{ ratio(
                    'invoiced_revenue_amount - invoiced_cost_amount', 'invoiced_revenue_amount'
                ) }}
        end as invoiced_gross_margin_ratio
{%- endmacro %}

{#- The ratios behind them, from the same parts and the hours. -#}
{% macro profit_ratio_columns() %}
        {{ unit_share(
            'revenue_amount - license_cost_amount - other_cost_amount', 'worked_hours'
        ) }} as effective_hourly_rate_amount,
        case
            when revenue_amount > 0
                then {{ ratio('residual_revenue_amount', 'revenue_amount') }}
        end as residual_revenue_ratio,
        {{ ratio('uncosted_hours', 'worked_hours') }} as uncosted_hours_ratio
{%- endmacro %}
