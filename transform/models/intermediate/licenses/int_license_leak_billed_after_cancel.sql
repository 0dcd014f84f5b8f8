with

int_license_charges_after_cancel as (

    select
        connection_id,
        subscription_id,
        customer_id,
        product_id,
        charge_kind,
        cost_amount,
        reporting_amount,
        period_start_date,
        period_end_date
    from {{ ref('int_license_charges_after_cancel') }}

),

-- A period counts once, however many lines bill it; credits take money back but no month.
billed_periods as (

    select distinct
        connection_id,
        subscription_id,
        period_start_date,
        period_end_date,
        greatest(1, {{ dbt.datediff('period_start_date', 'period_end_date', 'month') }})
            as month_count
    from int_license_charges_after_cancel
    where charge_kind = 'recurring'

),

billed_months as (

    select
        connection_id,
        subscription_id,
        sum(month_count) as month_count
    from billed_periods
    group by connection_id, subscription_id

),

billed as (

    select
        connection_id,
        subscription_id,
        customer_id,
        product_id,
        count(*) filter (where reporting_amount is null) > 0 as is_fx_missing,
        sum(cost_amount) as net_amount,
        sum(reporting_amount) as reporting_amount
    from int_license_charges_after_cancel
    group by connection_id, subscription_id, customer_id, product_id

),

leaking as (

    select
        billed.subscription_id,
        billed.customer_id,
        billed.product_id,
        case when billed.is_fx_missing then 'fx_missing' end as amount_reason,
        case when not billed.is_fx_missing then cast(billed.reporting_amount as decimal(18, 4)) end
            as amount,
        coalesce(billed_months.month_count, 1) as month_count
    from billed
    left join billed_months
        on billed.connection_id = billed_months.connection_id
        and billed.subscription_id = billed_months.subscription_id
    where billed.net_amount > 0

),

final as (

    select
        'billed_after_cancel' as kind,
        'cost' as side,
        customer_id,
        product_id,
        subscription_id,
        subscription_id as subject_id,
        'billed_after_cancel|' || customer_id as scope_id,
        'Ask the distributor to credit the periods billed after the cancellation.'
            as recommended_action,
        cast(null as integer) as seats,
        {{ money_share('amount', 1, 'month_count') }} as monthly_amount,
        amount as annual_amount,
        cast(null as decimal(19, 6)) as unit_amount,
        {{ money_share('amount', 1, 'month_count') }} as paid_monthly_amount,
        amount_reason
    from leaking

)

select * from final
