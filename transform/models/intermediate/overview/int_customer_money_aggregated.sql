with

customers as (

    select customer_id
    from {{ ref('dim_customers') }}

),

profitability as (

    select
        customer_id,
        revenue_amount,
        gross_margin_amount,
        gross_margin_ratio,
        margin_tier,
        row_number() over (partition by customer_id order by closing_month desc) as age_number
    from {{ ref('mart_customer_profitability_ttm') }}

),

leakage as (

    select
        customer_id,
        count(*) as open_leakage_count,
        {{ money_sum('monthly_amount', "side = 'revenue'") }} as uncontracted_monthly_amount,
        count(*) filter (where side in ('revenue', 'cost') and monthly_amount is null)
            as unpriced_finding_count,
        {{ money_sum('recoverable_now_amount', "side = 'cost'") }} as recoverable_monthly_amount,
        {{ money_sum('recoverable_later_amount', "side = 'cost'") }}
            as recoverable_later_monthly_amount
    from {{ ref('mart_license_leakage') }}
    where status = 'open'
    group by customer_id

),

final as (

    select
        customers.customer_id,
        profitability.revenue_amount as ttm_revenue_amount,
        profitability.gross_margin_amount as ttm_gross_margin_amount,
        profitability.gross_margin_ratio as ttm_gross_margin_ratio,
        profitability.margin_tier,
        cast(coalesce(leakage.uncontracted_monthly_amount, 0) as decimal(18, 4))
            as uncontracted_monthly_amount,
        cast(coalesce(leakage.recoverable_monthly_amount, 0) as decimal(18, 4))
            as recoverable_monthly_amount,
        cast(coalesce(leakage.recoverable_later_monthly_amount, 0) as decimal(18, 4))
            as recoverable_later_monthly_amount,
        cast(coalesce(leakage.open_leakage_count, 0) as integer) as open_leakage_count,
        cast(coalesce(leakage.unpriced_finding_count, 0) as integer) as unpriced_finding_count
    from customers
    left join profitability
        on customers.customer_id = profitability.customer_id
        and profitability.age_number = 1
    left join leakage
        on customers.customer_id = leakage.customer_id

)

select * from final
