with

int_license_subscriptions as (

    select
        subscription_id,
        customer_id,
        product_id,
        currency_code,
        commitment_term,
        seats,
        reducible_seats,
        monthly_cost_amount,
        fx_rate,
        has_fraction,
        is_committed,
        term_end_date,
        row_number() over (
            partition by customer_id, product_id
            order by
                is_committed desc,
                case when is_committed then coalesce(term_end_date, date '9999-12-31') end,
                commitment_term is null,
                commitment_term desc,
                subscription_id
        ) as end_order
    from {{ ref('int_license_subscriptions') }}

),

-- Subscriptions in several currencies are added in the reporting one; a missing rate leaves null.
-- Term and end describe the committed part only: monthly seats beside it have none.
summed as (

    select
        customer_id,
        product_id,
        min(currency_code) as currency_code,
        max(case when end_order = 1 then commitment_term end) as commitment_term,
        sum(seats) as seats,
        case when count(*) = count(reducible_seats) then sum(reducible_seats) end
            as reducible_seats,
        sum(case when is_committed then seats else 0 end) as committed_seats,
        sum(monthly_cost_amount) as cost_amount,
        sum(cast(monthly_cost_amount * fx_rate as decimal(28, 6))) as reporting_cost_amount,
        count(*) filter (where has_fraction) > 0 as has_fraction,
        count(distinct currency_code) <= 1 as is_one_currency,
        count(*) filter (where seats > 0 and monthly_cost_amount is null) = 0 as is_cost_complete,
        count(*) filter (where seats > 0 and fx_rate is null) = 0 as is_convertible,
        max(case when end_order = 1 and is_committed then term_end_date end) as term_end_date
    from int_license_subscriptions
    group by customer_id, product_id

),

final as (

    select
        customer_id,
        product_id,
        case when is_one_currency then currency_code else '{{ var("reporting_currency") }}' end
            as currency_code,
        commitment_term,
        {{ whole_seats('seats', 'has_fraction') }} as distributor_seats,
        {{ whole_seats('reducible_seats', 'has_fraction') }} as reducible_seats,
        {{ whole_seats('committed_seats', 'has_fraction') }} as committed_seats,
        case
            when not is_cost_complete then null
            when is_one_currency then {{ unit_share('cost_amount', 'seats') }}
            when is_convertible then {{ unit_share('reporting_cost_amount', 'seats') }}
        end as unit_cost_amount,
        has_fraction,
        term_end_date
    from summed

)

select * from final
