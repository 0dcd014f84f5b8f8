{#- Fewer months than these are no year to compare with. -#}
{%- set window_months = 12 -%}

with

windows as (

    select
        customer_id, closing_month, month_count, revenue_amount, residual_revenue_amount,
        license_cost_amount, labor_cost_amount, other_cost_amount, cost_amount,
        invoiced_revenue_amount, invoiced_cost_amount, worked_hours, billed_hours,
        uncosted_hours, fx_missing_count, margin_trend_amount
    from {{ ref('int_profitability_windows') }}

),

customers as (

    select customer_id, customer_name
    from {{ ref('dim_customers') }}

),

legs as (

    select customer_id, leg_state, legs_as_of
    from {{ ref('int_money_legs_joined_to_customer') }}

),

tiers as (

    select margin_tier, minimum_ratio
    from {{ ref('stg_config__tiers') }}
    where minimum_ratio is not null

),

named as (

    select
        windows.*,
        customers.customer_name,
        coalesce(legs.leg_state, 'missing') as leg_state,
        legs.legs_as_of
    from windows
    inner join customers
        on windows.customer_id = customers.customer_id
    left join legs
        on windows.customer_id = legs.customer_id

),

valued as (

    select
        customer_id,
        customer_name,
        closing_month,
        month_count,
        {{ profit_columns() }},
        worked_hours,
        billed_hours,
        {{ profit_ratio_columns() }},
        fx_missing_count,
        leg_state,
        legs_as_of,
        margin_trend_amount
    from named

),

judged as (

    select
        valued.*,
        -- Wrong or missing numbers come before weak ones: what was not read is not proven absent,
        -- and revenue that only lacks its rate is some.
        case
            when leg_state != 'fresh' then 'stale'
            when revenue_amount <= 0 and fx_missing_count = 0 then 'no_revenue'
            when fx_missing_count > 0 then 'fx_missing'
            when
                abs(coalesce(residual_revenue_ratio, 0)) > {{ var('max_residual_ratio') }}
                or coalesce(uncosted_hours_ratio, 0) > {{ var('max_uncosted_ratio') }}
                then 'low_coverage'
        end as rank_suppressed_reason
    from valued

),

tiered as (

    select
        judged.customer_id,
        judged.closing_month,
        max(tiers.minimum_ratio) as reached_ratio
    from judged
    left join tiers
        on judged.gross_margin_ratio >= tiers.minimum_ratio
    where judged.rank_suppressed_reason is null
    group by judged.customer_id, judged.closing_month

),

ranked as (

    select
        judged.customer_id,
        judged.closing_month,
        rank() over (
            partition by judged.closing_month
            order by judged.gross_margin_ratio desc
        ) as margin_rank,
        coalesce(tiers.margin_tier, 'd') as margin_tier
    from judged
    inner join tiered
        on judged.customer_id = tiered.customer_id
        and judged.closing_month = tiered.closing_month
    left join tiers
        on tiered.reached_ratio = tiers.minimum_ratio

),

final as (

    select
        judged.customer_id,
        judged.customer_name,
        judged.closing_month,
        cast(judged.month_count as integer) as month_count,
        '{{ var("reporting_currency") }}' as reporting_currency_code,
        judged.revenue_amount,
        judged.license_cost_amount,
        judged.labor_cost_amount,
        judged.other_cost_amount,
        judged.cost_amount,
        judged.gross_margin_amount,
        judged.gross_margin_ratio,
        judged.invoiced_revenue_amount,
        judged.invoiced_cost_amount,
        judged.invoiced_gross_margin_amount,
        judged.invoiced_gross_margin_ratio,
        judged.worked_hours,
        judged.billed_hours,
        judged.effective_hourly_rate_amount,
        judged.residual_revenue_ratio,
        judged.uncosted_hours_ratio,
        cast(judged.fx_missing_count as integer) as fx_missing_count,
        judged.leg_state,
        judged.legs_as_of,
        {%- for measure in ['revenue_amount', 'gross_margin_amount', 'gross_margin_ratio'] %}
        case
            when previous_years.month_count = {{ window_months }} then previous_years.{{ measure }}
        end as previous_{{ measure }},
        {%- endfor %}
        judged.margin_trend_amount,
        ranked.margin_tier,
        coalesce(ranked.margin_tier = 'd' and earlier.margin_tier = 'd', false)
            as is_problem_customer,
        cast(ranked.margin_rank as integer) as margin_rank,
        judged.rank_suppressed_reason,
        judged.closing_month = max(judged.closing_month) over () as is_current,
        cast(coalesce(previous_years.month_count, 0) as integer) as previous_month_count
    from judged
    left join ranked
        on judged.customer_id = ranked.customer_id
        and judged.closing_month = ranked.closing_month
    left join ranked as earlier
        on judged.customer_id = earlier.customer_id
        and judged.closing_month = {{ add_months('earlier.closing_month', 1) }}
    left join judged as previous_years
        on judged.customer_id = previous_years.customer_id
        and judged.closing_month = {{ add_months('previous_years.closing_month', 12) }}

)

select * from final
