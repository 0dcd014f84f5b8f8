with

customer_months as (

    select customer_id, month, is_closed
    from {{ ref('int_customer_months') }}

),

amounts as (

    select
        customer_id, month, revenue_amount, residual_revenue_amount, license_cost_amount,
        labor_cost_amount, other_cost_amount, invoiced_revenue_amount, invoiced_cost_amount,
        source_line_count, fx_missing_count
    from {{ ref('int_recognition_aggregated_to_month') }}

),

hours as (

    select customer_id, month, worked_hours, billed_hours, uncosted_hours
    from {{ ref('int_hours_aggregated_to_month') }}

),

legs as (

    select customer_id, leg_state, legs_as_of
    from {{ ref('int_money_legs_joined_to_customer') }}

),

customers as (

    select customer_id, customer_name
    from {{ ref('dim_customers') }}

),

filled as (

    select
        customer_months.customer_id,
        customers.customer_name,
        customer_months.month,
        customer_months.is_closed,
        coalesce(amounts.revenue_amount, 0) as revenue_amount,
        coalesce(amounts.residual_revenue_amount, 0) as residual_revenue_amount,
        coalesce(amounts.license_cost_amount, 0) as license_cost_amount,
        coalesce(amounts.labor_cost_amount, 0) as labor_cost_amount,
        coalesce(amounts.other_cost_amount, 0) as other_cost_amount,
        coalesce(amounts.invoiced_revenue_amount, 0) as invoiced_revenue_amount,
        coalesce(amounts.invoiced_cost_amount, 0) as invoiced_cost_amount,
        coalesce(amounts.source_line_count, 0) as source_line_count,
        coalesce(amounts.fx_missing_count, 0) as fx_missing_count,
        coalesce(hours.worked_hours, 0) as worked_hours,
        coalesce(hours.billed_hours, 0) as billed_hours,
        coalesce(hours.uncosted_hours, 0) as uncosted_hours,
        coalesce(legs.leg_state, 'missing') as leg_state,
        legs.legs_as_of
    from customer_months
    inner join customers
        on customer_months.customer_id = customers.customer_id
    left join amounts
        on customer_months.customer_id = amounts.customer_id
        and customer_months.month = amounts.month
    left join hours
        on customer_months.customer_id = hours.customer_id
        and customer_months.month = hours.month
    left join legs
        on customer_months.customer_id = legs.customer_id

),

totalled as (

    select
        filled.*,
        license_cost_amount + labor_cost_amount + other_cost_amount as cost_amount
    from filled

),

final as (

    select
        customer_id,
        customer_name,
        month,
        is_closed,
        '{{ var("reporting_currency") }}' as reporting_currency_code,
        {{ profit_columns() }},
        cast(worked_hours as decimal(12, 4)) as worked_hours,
        cast(billed_hours as decimal(12, 4)) as billed_hours,
        {{ profit_ratio_columns() }},
        cast(fx_missing_count as integer) as fx_missing_count,
        leg_state,
        legs_as_of,
        cast(residual_revenue_amount as decimal(18, 4)) as residual_revenue_amount,
        cast(uncosted_hours as decimal(12, 4)) as uncosted_hours,
        cast(source_line_count as integer) as source_line_count
    from totalled

)

select * from final
