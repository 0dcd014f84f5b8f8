with

-- What was known at the closing date: an interval that a later observation ended is still open.
hist_license__positions as (

    select
        customer_id,
        product_id,
        currency_code,
        unit_cost_currency_code,
        commitment_term,
        tenant_leg_state,
        psa_leg_state,
        distributor_leg_state,
        verdict,
        verdict_reason,
        tenant_enabled_seats,
        tenant_consumed_seats,
        assigned_disabled_seats,
        assigned_inactive_seats,
        contracted_seats,
        distributor_seats,
        billed_seats,
        reducible_seats,
        committed_seats,
        unit_price_amount,
        unit_cost_amount,
        term_end_date,
        valid_from_date,
        case when valid_to_date <= {{ as_of_date() }} then valid_to_date end as valid_to_date
    from {{ ref('hist_license__positions') }}
    where
        valid_from_date <= {{ as_of_date() }}
        and (valid_to_date is null or valid_to_date > valid_from_date)

),

dim_customers as (

    select customer_id, customer_name
    from {{ ref('dim_customers') }}

),

dim_products as (

    select product_id, product_name
    from {{ ref('dim_products') }}

),

final as (

    select
        hist_license__positions.customer_id,
        coalesce(dim_customers.customer_name, hist_license__positions.customer_id)
            as customer_name,
        hist_license__positions.product_id,
        coalesce(dim_products.product_name, hist_license__positions.product_id) as product_name,
        hist_license__positions.valid_from_date,
        hist_license__positions.valid_to_date,
        hist_license__positions.tenant_enabled_seats,
        hist_license__positions.tenant_consumed_seats,
        hist_license__positions.assigned_disabled_seats,
        hist_license__positions.assigned_inactive_seats,
        hist_license__positions.contracted_seats,
        hist_license__positions.distributor_seats,
        hist_license__positions.billed_seats,
        hist_license__positions.unit_price_amount,
        hist_license__positions.unit_cost_amount,
        hist_license__positions.currency_code,
        hist_license__positions.unit_cost_currency_code,
        hist_license__positions.commitment_term,
        hist_license__positions.term_end_date,
        hist_license__positions.reducible_seats,
        hist_license__positions.tenant_leg_state,
        hist_license__positions.psa_leg_state,
        hist_license__positions.distributor_leg_state,
        hist_license__positions.verdict,
        hist_license__positions.verdict_reason,
        hist_license__positions.valid_to_date is null as is_current,
        hist_license__positions.committed_seats
    from hist_license__positions
    left join dim_customers
        on hist_license__positions.customer_id = dim_customers.customer_id
    left join dim_products
        on hist_license__positions.product_id = dim_products.product_id

)

select * from final
