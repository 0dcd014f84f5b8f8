{{ config(materialized='table') }}

with

distributor_subscriptions as (

    select
        vendor,
        connection_id,
        subscription_id,
        customer_id,
        product_id,
        currency_code,
        status,
        commitment_term,
        billing_months,
        quantity,
        units_per_item,
        unit_cost_month_amount,
        start_date,
        end_date,
        term_end_date
    from {{ ref('distributor_subscriptions') }}
    where status in ('active', 'cancel_pending')

),

int_license_products as (

    select product_id, is_license, is_mapped
    from {{ ref('int_license_products') }}
    where not is_excluded_from_leakage

),

int_license_added_seats as (

    select vendor, connection_id, subscription_id, added_quantity
    from {{ ref('int_license_added_seats') }}

),

int_license_fx_rates as (

    select currency_code, fx_rate
    from {{ ref('int_license_fx_rates') }}

),

terms as (

    select
        vendor,
        connection_id,
        subscription_id,
        term_end_date,
        case commitment_term
            when 'P1Y' then {{ add_months('term_end_date', -12) }}
            when 'P2Y' then {{ add_months('term_end_date', -24) }}
            when 'P3Y' then {{ add_months('term_end_date', -36) }}
        end as term_start_date
    from distributor_subscriptions

),

seats as (

    select
        distributor_subscriptions.vendor,
        distributor_subscriptions.connection_id,
        distributor_subscriptions.subscription_id,
        distributor_subscriptions.customer_id,
        distributor_subscriptions.product_id,
        distributor_subscriptions.currency_code,
        distributor_subscriptions.commitment_term,
        distributor_subscriptions.quantity * distributor_subscriptions.units_per_item as seats,
        coalesce(int_license_added_seats.added_quantity, 0)
        * distributor_subscriptions.units_per_item as added_seats,
        cast(
            distributor_subscriptions.unit_cost_month_amount * distributor_subscriptions.quantity
            as decimal(28, 6)
        ) as monthly_cost_amount,
        int_license_fx_rates.fx_rate,
        distributor_subscriptions.status = 'cancel_pending'
        or distributor_subscriptions.end_date is not null as is_ending,
        coalesce(distributor_subscriptions.billing_months, 1) > 1 as is_prepaid,
        -- A monthly term may shrink any day, a longer one within seven days of its start or once
        -- its term is over; seats that were added to it within seven days may go again.
        distributor_subscriptions.commitment_term = 'P1M'
        or (
            distributor_subscriptions.commitment_term = 'none'
            and distributor_subscriptions.billing_months = 1
        )
        or distributor_subscriptions.term_end_date <= {{ as_of_date() }}
        or {{ as_of_date() }} < {{ add_days(
            'greatest(distributor_subscriptions.start_date, terms.term_start_date)', 7
        ) }} as is_reducible,
        distributor_subscriptions.term_end_date,
        coalesce(
            distributor_subscriptions.end_date, distributor_subscriptions.term_end_date
        ) as seats_end_date
    from distributor_subscriptions
    inner join terms
        on distributor_subscriptions.vendor = terms.vendor
        and distributor_subscriptions.connection_id = terms.connection_id
        and distributor_subscriptions.subscription_id = terms.subscription_id
    inner join int_license_products
        on distributor_subscriptions.product_id = int_license_products.product_id
    left join int_license_added_seats
        on distributor_subscriptions.vendor = int_license_added_seats.vendor
        and distributor_subscriptions.connection_id = int_license_added_seats.connection_id
        and distributor_subscriptions.subscription_id = int_license_added_seats.subscription_id
    left join int_license_fx_rates
        on distributor_subscriptions.currency_code = int_license_fx_rates.currency_code
    -- A product without an accepted mapping keeps its seats: they show as unmapped.
    where int_license_products.is_license or not int_license_products.is_mapped

),

final as (

    select
        vendor,
        connection_id,
        subscription_id,
        customer_id,
        product_id,
        currency_code,
        commitment_term,
        seats,
        case when coalesce(is_reducible, false) then seats else added_seats end as reducible_seats,
        monthly_cost_amount,
        fx_rate,
        seats <> floor(seats) as has_fraction,
        is_ending and is_prepaid as is_sunk,
        term_end_date,
        seats_end_date
    from seats

)

select * from final
