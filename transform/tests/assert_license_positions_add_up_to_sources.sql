-- Fails when the seats of the current positions are not the seats of the tenants and subscriptions.
with

source_seats as (

    select 'tenant' as seat_source, coalesce(sum(seats.enabled_seats), 0) as seats
    from {{ ref('int_license_tenant_seats') }} as seats
    inner join {{ ref('int_license_customer_legs') }} as customer_legs
        on seats.customer_id = customer_legs.customer_id
    where customer_legs.sku_leg_state in ('fresh', 'stale')

    union all

    select 'distributor' as seat_source, coalesce(sum(seats.distributor_seats), 0) as seats
    from {{ ref('int_license_distributor_seats') }} as seats
    inner join {{ ref('int_license_customer_legs') }} as customer_legs
        on seats.customer_id = customer_legs.customer_id
    where customer_legs.distributor_leg_state in ('fresh', 'stale')

    union all

    select 'agreement' as seat_source, coalesce(sum(seats.contracted_seats), 0) as seats
    from {{ ref('int_license_contract_seats') }} as seats
    inner join {{ ref('int_license_customer_legs') }} as customer_legs
        on seats.customer_id = customer_legs.customer_id
    where customer_legs.psa_leg_state in ('fresh', 'stale')

),

positions as (

    select tenant_enabled_seats, distributor_seats, contracted_seats
    from {{ ref('int_license_positions') }}

),

position_seats as (

    select 'tenant' as seat_source, coalesce(sum(tenant_enabled_seats), 0) as seats
    from positions

    union all

    select 'distributor' as seat_source, coalesce(sum(distributor_seats), 0) as seats
    from positions

    union all

    select 'agreement' as seat_source, coalesce(sum(contracted_seats), 0) as seats
    from positions

)

select
    source_seats.seat_source,
    source_seats.seats as source_seats,
    position_seats.seats as position_seats
from source_seats
inner join position_seats
    on source_seats.seat_source = position_seats.seat_source
where source_seats.seats <> position_seats.seats
