{{ config(materialized='table') }}

with

int_license_seats_joined as (

    select
        customer_id,
        product_id,
        currency_code,
        unit_cost_currency_code,
        psa_leg_state,
        distributor_leg_state,
        unit_price_amount,
        unit_cost_amount,
        has_account
    from {{ ref('int_license_seats_joined') }}

),

int_license_contract_seats as (

    select customer_id, product_id, currency_code, unit_cost_amount, has_month_price
    from {{ ref('int_license_contract_seats') }}

),

int_license_catalog_prices as (

    select product_id, currency_code, unit_price_amount, unit_cost_amount
    from {{ ref('int_license_catalog_prices') }}

),

int_license_fx_rates as (

    select currency_code, fx_rate
    from {{ ref('int_license_fx_rates') }}

),

-- The agreement's price before the catalogue's; the distributor's cost before the PSA's. What an
-- agreement bills in a cycle of unknown length has a price of its own that nobody can tell here.
chosen as (

    select
        int_license_seats_joined.customer_id,
        int_license_seats_joined.product_id,
        coalesce(
            int_license_seats_joined.unit_price_amount,
            case
                when coalesce(int_license_contract_seats.has_month_price, true)
                    then int_license_catalog_prices.unit_price_amount
            end
        ) as unit_price_amount,
        case
            when int_license_seats_joined.unit_price_amount is not null
                then int_license_seats_joined.currency_code
            else int_license_catalog_prices.currency_code
        end as price_currency_code,
        {{ leg_reason('int_license_seats_joined.psa_leg_state') }} as price_leg_reason,
        coalesce(
            int_license_seats_joined.unit_cost_amount,
            int_license_contract_seats.unit_cost_amount,
            case
                when coalesce(int_license_contract_seats.has_month_price, true)
                    then int_license_catalog_prices.unit_cost_amount
            end
        ) as unit_cost_amount,
        case
            when int_license_seats_joined.unit_cost_amount is not null
                then int_license_seats_joined.unit_cost_currency_code
            when int_license_contract_seats.unit_cost_amount is not null
                then int_license_contract_seats.currency_code
            else int_license_catalog_prices.currency_code
        end as cost_currency_code,
        case
            when
                int_license_seats_joined.has_account
                and int_license_seats_joined.distributor_leg_state <> 'fresh'
                then {{ leg_reason('int_license_seats_joined.distributor_leg_state') }}
            when int_license_seats_joined.unit_cost_amount is null
                then {{ leg_reason('int_license_seats_joined.psa_leg_state') }}
        end as cost_leg_reason
    from int_license_seats_joined
    left join int_license_contract_seats
        on int_license_seats_joined.customer_id = int_license_contract_seats.customer_id
        and int_license_seats_joined.product_id = int_license_contract_seats.product_id
    left join int_license_catalog_prices
        on int_license_seats_joined.product_id = int_license_catalog_prices.product_id

),

final as (

    select
        chosen.customer_id,
        chosen.product_id,
        case
            when chosen.price_leg_reason is not null then chosen.price_leg_reason
            when chosen.unit_price_amount is null then 'no_price'
            when price_rates.fx_rate is null then 'fx_missing'
        end as price_reason,
        case
            when chosen.cost_leg_reason is not null then chosen.cost_leg_reason
            when chosen.unit_cost_amount is null then 'no_cost'
            when cost_rates.fx_rate is null then 'fx_missing'
        end as cost_reason,
        chosen.unit_price_amount,
        price_rates.fx_rate as price_fx_rate,
        chosen.unit_cost_amount,
        cost_rates.fx_rate as cost_fx_rate
    from chosen
    left join int_license_fx_rates as price_rates
        on chosen.price_currency_code = price_rates.currency_code
    left join int_license_fx_rates as cost_rates
        on chosen.cost_currency_code = cost_rates.currency_code

)

select * from final
