with

int_license_seats_joined as (

    select
        customer_id,
        product_id,
        tenant_enabled_seats,
        tenant_consumed_seats,
        case when has_account then distributor_seats end as bought_seats
    from {{ ref('int_license_seats_joined') }}

),

int_license_charges_after_cancel as (

    select customer_id, product_id, seats
    from {{ ref('int_license_charges_after_cancel') }}
    where
        charge_kind = 'recurring'
        and period_start_date <= {{ as_of_date() }}
        and period_end_date > {{ as_of_date() }}

),

billed_seats as (

    select
        customer_id,
        product_id,
        sum(seats) as seats
    from int_license_charges_after_cancel
    group by customer_id, product_id

),

-- Cancelled seats that are still billed and still there: beyond what is bought.
claimed as (

    select
        int_license_seats_joined.customer_id,
        int_license_seats_joined.product_id,
        cast(least(
            billed_seats.seats,
            greatest(
                int_license_seats_joined.tenant_enabled_seats
                - int_license_seats_joined.bought_seats,
                0
            )
        ) as integer) as claimed_seats,
        greatest(
            int_license_seats_joined.tenant_enabled_seats
            - int_license_seats_joined.tenant_consumed_seats,
            0
        ) as free_seats
    from int_license_seats_joined
    inner join billed_seats
        on int_license_seats_joined.customer_id = billed_seats.customer_id
        and int_license_seats_joined.product_id = billed_seats.product_id

),

final as (

    select
        customer_id,
        product_id,
        least(claimed_seats, free_seats) as claimed_free_seats,
        greatest(claimed_seats - free_seats, 0) as claimed_held_seats
    from claimed
    where claimed_seats > 0

)

select * from final
