{{ config(materialized='table') }}

with

psa_contract_lines as (

    select
        contract_line_id,
        customer_id,
        product_id,
        currency_code,
        charge_mode,
        quantity,
        units_per_item,
        billable_quantity,
        contracted_seats,
        unit_price_month_amount,
        unit_cost_month_amount,
        has_month_price
    from {{ ref('psa_contract_lines') }}
    where is_active and product_mapping_status = 'accepted'

),

int_license_products as (

    select product_id
    from {{ ref('int_license_products') }}
    where is_license and not is_excluded_from_leakage

),

int_license_fx_rates as (

    select currency_code, fx_rate
    from {{ ref('int_license_fx_rates') }}

),

priced_lines as (

    select
        psa_contract_lines.customer_id,
        psa_contract_lines.product_id,
        psa_contract_lines.currency_code,
        psa_contract_lines.contracted_seats,
        psa_contract_lines.has_month_price,
        psa_contract_lines.quantity * psa_contract_lines.units_per_item as line_seats,
        cast(
            psa_contract_lines.unit_price_month_amount * psa_contract_lines.billable_quantity
            as decimal(28, 6)
        ) as price_amount,
        cast(
            psa_contract_lines.unit_cost_month_amount * psa_contract_lines.quantity
            as decimal(28, 6)
        ) as cost_amount,
        int_license_fx_rates.fx_rate
    from psa_contract_lines
    inner join int_license_products
        on psa_contract_lines.product_id = int_license_products.product_id
    left join int_license_fx_rates
        on psa_contract_lines.currency_code = int_license_fx_rates.currency_code

),

-- Lines in several currencies are added in the reporting currency; a missing rate leaves null.
summed as (

    select
        customer_id,
        product_id,
        sum(contracted_seats) as contracted_seats,
        count(*) filter (where contracted_seats <> floor(contracted_seats)) > 0 as has_fraction,
        count(distinct currency_code) <= 1 as is_one_currency,
        min(currency_code) as currency_code,
        sum(contracted_seats) as price_seats,
        count(*) filter (where contracted_seats <> 0 and not has_month_price) = 0
            as has_month_price,
        count(*) filter (where contracted_seats <> 0 and price_amount is null) = 0
            as is_price_complete,
        count(*) filter (where contracted_seats <> 0 and fx_rate is null) = 0
            as is_price_convertible,
        sum(price_amount) filter (where contracted_seats <> 0) as price_amount,
        sum(cast(price_amount * fx_rate as decimal(28, 6))) filter (where contracted_seats <> 0)
            as reporting_price_amount,
        sum(line_seats) as cost_seats,
        count(*) filter (where line_seats <> 0 and cost_amount is null) = 0 as is_cost_complete,
        count(*) filter (where line_seats <> 0 and fx_rate is null) = 0 as is_cost_convertible,
        sum(cost_amount) as cost_amount,
        sum(cast(cost_amount * fx_rate as decimal(28, 6))) as reporting_cost_amount
    from priced_lines
    group by customer_id, product_id

),

final as (

    select
        customer_id,
        product_id,
        case when is_one_currency then currency_code else '{{ var("reporting_currency") }}' end
            as currency_code,
        {{ whole_seats('greatest(contracted_seats, 0)', 'has_fraction') }} as contracted_seats,
        case
            when not is_price_complete then null
            when is_one_currency then {{ unit_share('price_amount', 'price_seats') }}
            when is_price_convertible
                then {{ unit_share('reporting_price_amount', 'price_seats') }}
        end as unit_price_amount,
        case
            when not is_cost_complete then null
            when is_one_currency then {{ unit_share('cost_amount', 'cost_seats') }}
            when is_cost_convertible then {{ unit_share('reporting_cost_amount', 'cost_seats') }}
        end as unit_cost_amount,
        has_month_price,
        has_fraction
    from summed

)

select * from final
