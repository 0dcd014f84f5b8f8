with

psa_products as (

    select
        product_id,
        connection_id,
        source_product_id,
        currency_code,
        unit_price_month_amount,
        unit_cost_month_amount
    from {{ ref('psa_products') }}
    where is_active

),

map_products as (

    select connection_id, source_product_id, units_per_item
    from {{ ref('map_products') }}
    where namespace = 'psa' and status = 'accepted'

),

seat_prices as (

    select
        psa_products.product_id,
        psa_products.currency_code,
        {{ unit_share('psa_products.unit_price_month_amount', 'map_products.units_per_item') }}
            as unit_price_amount,
        {{ unit_share('psa_products.unit_cost_month_amount', 'map_products.units_per_item') }}
            as unit_cost_amount
    from psa_products
    inner join map_products
        on psa_products.connection_id = map_products.connection_id
        and psa_products.source_product_id = map_products.source_product_id

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
