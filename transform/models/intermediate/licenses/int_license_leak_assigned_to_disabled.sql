with

int_license_tenant_seats as (

    select
        customer_id,
        product_id,
        cast(sum(disabled_seats) as integer) as disabled_seats
    from {{ ref('int_license_tenant_seats') }}
    group by customer_id, product_id

),

int_license_claimed_seats as (

    select customer_id, product_id, claimed_held_seats
    from {{ ref('int_license_claimed_seats') }}

),

int_license_valuations as (

    select customer_id, product_id, cost_reason, unit_cost_amount, cost_fx_rate
    from {{ ref('int_license_valuations') }}

),

-- Seats that billed_after_cancel counts already are taken out first.
leaking as (

    select
        int_license_tenant_seats.customer_id,
        int_license_tenant_seats.product_id,
        int_license_tenant_seats.disabled_seats
        - coalesce(int_license_claimed_seats.claimed_held_seats, 0) as seats
    from int_license_tenant_seats
    left join int_license_claimed_seats
        on int_license_tenant_seats.customer_id = int_license_claimed_seats.customer_id
        and int_license_tenant_seats.product_id = int_license_claimed_seats.product_id

),

final as (

    select
        'assigned_to_disabled' as kind,
        'cost' as side,
        leaking.customer_id,
        leaking.product_id,
        cast(null as varchar) as subscription_id,
        leaking.product_id as subject_id,
        'assigned_to_disabled|' || leaking.customer_id as scope_id,
        'Take the licence off the accounts whose sign-in is blocked, then reduce the seats.'
            as recommended_action,
        leaking.seats,
        {{ leak_amounts('leaking.seats', 'cost') }}
    from leaking
    inner join int_license_valuations
        on leaking.customer_id = int_license_valuations.customer_id
        and leaking.product_id = int_license_valuations.product_id
    where leaking.seats > 0

)

select * from final
