{{ config(materialized='table') }}

with

int_license_subscription_terms as (

    select
        vendor,
        connection_id,
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
        is_sunk,
        term_end_date,
        seats_end_date
    from {{ ref('int_license_subscription_terms') }}
    where is_seat

),

int_license_products as (

    select product_id
    from {{ ref('int_license_products') }}
    -- A product without an accepted mapping keeps its seats: they show as unmapped.
    where not is_excluded_from_leakage and (is_license or not is_mapped)

),

final as (

    select
        int_license_subscription_terms.vendor,
        int_license_subscription_terms.connection_id,
        int_license_subscription_terms.subscription_id,
        int_license_subscription_terms.customer_id,
        int_license_subscription_terms.product_id,
        int_license_subscription_terms.currency_code,
        int_license_subscription_terms.commitment_term,
        int_license_subscription_terms.seats,
        int_license_subscription_terms.reducible_seats,
        int_license_subscription_terms.monthly_cost_amount,
        int_license_subscription_terms.fx_rate,
        int_license_subscription_terms.has_fraction,
        int_license_subscription_terms.is_committed,
        int_license_subscription_terms.is_sunk,
        int_license_subscription_terms.term_end_date,
        int_license_subscription_terms.seats_end_date
    from int_license_subscription_terms
    inner join int_license_products
        on int_license_subscription_terms.product_id = int_license_products.product_id

)

select * from final
