with

psa_products as (

    select
        product_id, currency_code, units_per_item, unit_price_month_amount, unit_cost_month_amount
    from {{ ref('psa_products') }}
    where is_active and product_mapping_status = 'accepted'

),

seat_prices as (

    select
        product_id,
        currency_code,
        {{ unit_share('unit_price_month_amount', 'units_per_item') }} as unit_price_amount,
        {{ unit_share('unit_cost_month_amount', 'units_per_item') }} as unit_cost_amount
    from psa_products

),

-- Two items with different prices leave no catalogue price: nobody can say which would be billed.
final as (

    select
        product_id,
        min(currency_code) as currency_code,
        case
            when count(distinct unit_price_amount) = 1 and count(distinct currency_code) = 1
                then min(unit_price_amount)
        end as unit_price_amount,
        case
            when count(distinct unit_cost_amount) = 1 and count(distinct currency_code) = 1
                then min(unit_cost_amount)
        end as unit_cost_amount
    from seat_prices
    group by product_id

)

select * from final
