with

int_license_seats_joined as (

    select
        customer_id,
        product_id,
        case when has_account then distributor_seats else tenant_enabled_seats end as held_seats,
        contracted_seats
    from {{ ref('int_license_seats_joined') }}
    where is_product_mapped

),

int_license_valuations as (

    select
        customer_id, product_id, price_reason, cost_reason, unit_price_amount, price_fx_rate,
        unit_cost_amount, cost_fx_rate
    from {{ ref('int_license_valuations') }}

),

leaking as (

    select
        customer_id,
        product_id,
        held_seats - contracted_seats as seats
    from int_license_seats_joined
    where held_seats > contracted_seats

),

final as (

    select
        'uncontracted' as kind,
        'revenue' as side,
        leaking.customer_id,
        leaking.product_id,
        cast(null as varchar) as subscription_id,
        leaking.product_id as subject_id,
        'uncontracted|' || leaking.customer_id as scope_id,
        'Add the missing seats to the agreement, or reduce them.' as recommended_action,
        leaking.seats,
        {{ leak_amounts('leaking.seats', 'price') }}
    from leaking
    inner join int_license_valuations
        on leaking.customer_id = int_license_valuations.customer_id
        and leaking.product_id = int_license_valuations.product_id

)

select * from final
