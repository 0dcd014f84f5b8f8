with

int_license_seats_joined as (

    select
        customer_id,
        product_id,
        contracted_seats,
        -- A side that does not exist says nothing: the other one alone decides, and neither none.
        case when has_tenant_side then tenant_enabled_seats else 0 end as tenant_enabled_seats,
        case when has_account then distributor_seats else 0 end as bought_seats
    from {{ ref('int_license_seats_joined') }}
    where is_product_mapped and (has_tenant_side or has_account)

),

int_license_valuations as (

    select customer_id, product_id, price_reason, unit_price_amount, price_fx_rate
    from {{ ref('int_license_valuations') }}

),

leaking as (

    select
        customer_id,
        product_id,
        contracted_seats - greatest(bought_seats, tenant_enabled_seats) as seats
    from int_license_seats_joined
    where contracted_seats > bought_seats and contracted_seats > tenant_enabled_seats

),

final as (

    select
        'overbilled' as kind,
        'risk' as side,
        leaking.customer_id,
        leaking.product_id,
        cast(null as varchar) as subscription_id,
        leaking.product_id as subject_id,
        'overbilled|' || leaking.customer_id as scope_id,
        'Take the seats that no longer exist off the agreement and credit what was billed.'
            as recommended_action,
        leaking.seats,
        {{ leak_amounts('leaking.seats', 'price', is_paid=false) }}
    from leaking
    inner join int_license_valuations
        on leaking.customer_id = int_license_valuations.customer_id
        and leaking.product_id = int_license_valuations.product_id

)

select * from final
