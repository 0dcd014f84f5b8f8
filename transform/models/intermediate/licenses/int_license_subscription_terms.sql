{{ config(materialized='table') }}

with

distributor_subscriptions as (

    select
        vendor,
        connection_id,
        subscription_id,
        customer_id,
        product_id,
        vendor_subscription_id,
        product_name,
        currency_code,
        status,
        billing_term,
        commitment_term,
        billing_months,
        quantity,
        units_per_item,
        unit_cost_month_amount,
        start_date,
        end_date,
        term_end_date,
        status in ('active', 'cancel_pending') as is_living
    from {{ ref('distributor_subscriptions') }}

),

int_license_added_seats as (

    select vendor, connection_id, subscription_id, added_quantity
    from {{ ref('int_license_added_seats') }}

),

int_license_fx_rates as (

    select currency_code, fx_rate
    from {{ ref('int_license_fx_rates') }}

),

dated as (

    select
        *,
        case commitment_term
            when 'P1Y' then {{ add_months('term_end_date', -12) }}
            when 'P2Y' then {{ add_months('term_end_date', -24) }}
            when 'P3Y' then {{ add_months('term_end_date', -36) }}
        end as term_start_date,
        status = 'cancel_pending' or end_date is not null as is_ending,
        is_living and {{ is_seat_term('billing_term') }} as is_seat
    from distributor_subscriptions

),

judged as (

    select
        dated.*,
        dated.quantity * dated.units_per_item as seats,
        coalesce(int_license_added_seats.added_quantity, 0) * dated.units_per_item as added_seats,
        int_license_fx_rates.fx_rate,
        -- A monthly term may shrink any day, a longer one within seven days of its start or once
        -- its term is over; seats that were added to it within seven days may go again.
        coalesce(
            dated.commitment_term = 'P1M'
            or (dated.commitment_term = 'none' and dated.billing_months = 1)
            or dated.term_end_date <= {{ as_of_date() }}
            or {{ as_of_date() }} < {{ add_days(
                'greatest(dated.start_date, dated.term_start_date)', 7
            ) }},
            false
        ) as is_reducible,
        dated.commitment_term in ('P1Y', 'P2Y', 'P3Y')
        and (dated.term_end_date is null or dated.term_end_date > {{ as_of_date() }})
            as is_term_running
    from dated
    left join int_license_added_seats
        on dated.vendor = int_license_added_seats.vendor
        and dated.connection_id = int_license_added_seats.connection_id
        and dated.subscription_id = int_license_added_seats.subscription_id
    left join int_license_fx_rates
        on dated.currency_code = int_license_fx_rates.currency_code

),

final as (

    select
        vendor,
        connection_id,
        subscription_id,
        customer_id,
        product_id,
        vendor_subscription_id,
        product_name,
        currency_code,
        status,
        billing_term,
        commitment_term,
        seats,
        case
            when not is_seat then null
            when is_reducible then seats
            -- How long one is bound is not known, so neither is what may go.
            when commitment_term is null then null
            else added_seats
        end as reducible_seats,
        case when {{ is_seat_term('billing_term') }} then unit_cost_month_amount end
            as unit_cost_amount,
        case
            when is_seat then cast(unit_cost_month_amount * quantity as decimal(28, 6))
        end as monthly_cost_amount,
        fx_rate,
        is_seat,
        seats <> floor(seats) as has_fraction,
        is_seat and coalesce(is_term_running, false) as is_committed,
        is_ending and coalesce(billing_months, 1) > 1 as is_sunk,
        coalesce(term_start_date, start_date) as term_start_date,
        term_end_date,
        coalesce(end_date, term_end_date) as seats_end_date,
        case when is_living and is_term_running and not is_ending then term_end_date end
            as renews_on_date
    from judged

)

select * from final
