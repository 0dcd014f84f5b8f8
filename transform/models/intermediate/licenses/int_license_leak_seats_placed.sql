{#- Kinds count seats in this order, so that a seat that may go is promised to one of them only. -#}
{%- set seat_kinds = ['assigned_to_disabled', 'assigned_to_inactive', 'shelfware'] %}
with

int_license_leaks_united as (

    select finding_id, kind, side, customer_id, product_id, seats, monthly_amount
    from {{ ref('int_license_leaks_united') }}

),

int_license_customer_legs as (

    select customer_id
    from {{ ref('int_license_customer_legs') }}
    where distributor_leg_state = 'fresh'

),

int_license_subscriptions as (

    select
        subscription_id,
        customer_id,
        product_id,
        seats - coalesce(reducible_seats, 0) as bound_seats,
        coalesce(reducible_seats, 0) as reducible_seats,
        is_sunk,
        seats_end_date
    from {{ ref('int_license_subscriptions') }}

),

seat_leaks as (

    select
        int_license_leaks_united.finding_id,
        int_license_leaks_united.customer_id,
        int_license_leaks_united.product_id,
        int_license_leaks_united.seats,
        int_license_leaks_united.monthly_amount,
        sum(int_license_leaks_united.seats) over (
            partition by int_license_leaks_united.customer_id, int_license_leaks_united.product_id
            order by
                case int_license_leaks_united.kind
                    {%- for kind in seat_kinds %}
                    when '{{ kind }}' then {{ loop.index }}
                    {%- endfor %}
                    else {{ seat_kinds | length + 1 }}
                end,
                int_license_leaks_united.finding_id
            rows between unbounded preceding and current row
        ) as last_seat
    from int_license_leaks_united
    inner join int_license_customer_legs
        on int_license_leaks_united.customer_id = int_license_customer_legs.customer_id
    where
        int_license_leaks_united.side = 'cost'
        and int_license_leaks_united.kind <> 'billed_after_cancel'

),

-- The seats of a product in the order in which they go: now, as terms end, prepaid to the end.
pools as (

    select
        customer_id,
        product_id,
        floor(sum(reducible_seats)) as now_seats,
        floor(sum(case
            when not is_sunk and seats_end_date is not null then bound_seats else 0
        end)) as later_seats,
        floor(sum(case when is_sunk then bound_seats else 0 end)) as sunk_seats
    from int_license_subscriptions
    group by customer_id, product_id

),

-- How many of the finding's seats lie up to each border of the pool.
final as (

    select
        seat_leaks.finding_id,
        seat_leaks.customer_id,
        seat_leaks.product_id,
        seat_leaks.seats,
        seat_leaks.monthly_amount,
        seat_leaks.last_seat,
        pools.now_seats as pool_now_seats,
        {% for border in [
            ('now', 'pools.now_seats'),
            ('later', 'pools.now_seats + pools.later_seats'),
            ('sunk', 'pools.now_seats + pools.later_seats + pools.sunk_seats'),
        ] -%}
        cast(least(greatest(
            {{ border[1] }} - (seat_leaks.last_seat - seat_leaks.seats), 0
        ), seat_leaks.seats) as integer) as seats_to_{{ border[0] }}{{ ',' if not loop.last }}
        {% endfor %}
    from seat_leaks
    inner join pools
        on seat_leaks.customer_id = pools.customer_id
        and seat_leaks.product_id = pools.product_id

)

select * from final
