-- Fails when the cost-side seats of a customer and product are more than the tenant has or holds.
with

leaked as (

    select
        customer_id,
        product_id,
        sum(seats) as seats
    from {{ ref('mart_license_leakage') }}
    where
        kind in ('assigned_to_disabled', 'assigned_to_inactive', 'shelfware')
        and status <> 'resolved'
        and seats is not null
    group by customer_id, product_id

),

positions as (

    select
        customer_id,
        product_id,
        greatest(tenant_enabled_seats, tenant_consumed_seats) as seats
    from {{ ref('mart_license_position') }}
    where valid_to_date is null

)

select
    leaked.customer_id,
    leaked.product_id,
    leaked.seats,
    positions.seats as tenant_seats
from leaked
left join positions
    on leaked.customer_id = positions.customer_id
    and leaked.product_id = positions.product_id
where leaked.seats > coalesce(positions.seats, 0)
