with

int_license_seats_joined as (

    select customer_id, product_id, tenant_enabled_seats, tenant_consumed_seats
    from {{ ref('int_license_seats_joined') }}

),

int_license_claimed_seats as (

    select customer_id, product_id, claimed_free_seats
    from {{ ref('int_license_claimed_seats') }}

),

int_license_valuations as (

    select customer_id, product_id, cost_reason, unit_cost_amount, cost_fx_rate
    from {{ ref('int_license_valuations') }}

),

-- Seats that billed_after_cancel counts already are taken out first.
leaking as (

    select
        int_license_seats_joined.customer_id,
        int_license_seats_joined.product_id,
        int_license_seats_joined.tenant_enabled_seats
        - int_license_seats_joined.tenant_consumed_seats
        - coalesce(int_license_claimed_seats.claimed_free_seats, 0) as seats
    from int_license_seats_joined
    left join int_license_claimed_seats
        on int_license_seats_joined.customer_id = int_license_claimed_seats.customer_id
        and int_license_seats_joined.product_id = int_license_claimed_seats.product_id

),

final as (

    select
        'shelfware' as kind,
        'cost' as side,
        leaking.customer_id,
        leaking.product_id,
        cast(null as varchar) as subscription_id,
        leaking.product_id as subject_id,
        'shelfware|' || leaking.customer_id as scope_id,
        'Reduce the seats that nobody holds as soon as the term allows it.' as recommended_action,
        leaking.seats,
        {{ leak_amounts('leaking.seats', 'cost') }}
    from leaking
    inner join int_license_valuations
        on leaking.customer_id = int_license_valuations.customer_id
        and leaking.product_id = int_license_valuations.product_id
    where leaking.seats > 0

)

select * from final
