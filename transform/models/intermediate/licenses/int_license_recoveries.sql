with

int_license_leaks_united as (

    select finding_id, kind, side, customer_id, product_id, seats
    from {{ ref('int_license_leaks_united') }}

),

int_license_customer_legs as (

    select customer_id, distributor_leg_state
    from {{ ref('int_license_customer_legs') }}

),

int_license_subscriptions as (

    select
        subscription_id,
        customer_id,
        product_id,
        seats,
        reducible_seats,
        is_sunk,
        seats_end_date
    from {{ ref('int_license_subscriptions') }}

),

seat_leaks as (

    select
        int_license_leaks_united.finding_id,
        int_license_leaks_united.customer_id,
        int_license_leaks_united.product_id,
        int_license_leaks_united.seats
    from int_license_leaks_united
    inner join int_license_customer_legs
        on int_license_leaks_united.customer_id = int_license_customer_legs.customer_id
    where
        int_license_leaks_united.side = 'cost'
        and int_license_leaks_united.kind <> 'billed_after_cancel'
        and int_license_customer_legs.distributor_leg_state = 'fresh'

),

recoverable_seats as (

    select
        customer_id,
        product_id,
        sum(reducible_seats) as reducible_seats,
        sum(case when is_sunk then seats - reducible_seats else 0 end) as sunk_seats
    from int_license_subscriptions
    group by customer_id, product_id

),

-- Seats that may go by each term end; prepaid seats that end by themselves save nothing.
term_ends as (

    select
        customer_id,
        product_id,
        seats_end_date,
        sum(sum(seats - reducible_seats)) over (
            partition by customer_id, product_id
            order by seats_end_date
        ) as ended_seats
    from int_license_subscriptions
    where not is_sunk and seats_end_date is not null
    group by customer_id, product_id, seats_end_date

),

first_ends as (

    select
        seat_leaks.finding_id,
        min(term_ends.seats_end_date) as recoverable_on_date
    from seat_leaks
    inner join recoverable_seats
        on seat_leaks.customer_id = recoverable_seats.customer_id
        and seat_leaks.product_id = recoverable_seats.product_id
    inner join term_ends
        on seat_leaks.customer_id = term_ends.customer_id
        and seat_leaks.product_id = term_ends.product_id
    where recoverable_seats.reducible_seats + term_ends.ended_seats >= seat_leaks.seats
    group by seat_leaks.finding_id

),

judged as (

    select
        seat_leaks.finding_id,
        case
            when recoverable_seats.reducible_seats >= seat_leaks.seats then 'now'
            when first_ends.recoverable_on_date is not null then 'on_date'
            when recoverable_seats.sunk_seats > 0 then 'sunk'
            else 'unknown'
        end as recoverable,
        first_ends.recoverable_on_date
    from seat_leaks
    left join recoverable_seats
        on seat_leaks.customer_id = recoverable_seats.customer_id
        and seat_leaks.product_id = recoverable_seats.product_id
    left join first_ends
        on seat_leaks.finding_id = first_ends.finding_id

),

final as (

    select
        int_license_leaks_united.finding_id,
        case
            when int_license_leaks_united.side = 'revenue' then 'now'
            when int_license_leaks_united.kind = 'billed_after_cancel' then 'now'
            when int_license_leaks_united.side = 'risk' then 'unknown'
            else coalesce(judged.recoverable, 'unknown')
        end as recoverable,
        case when judged.recoverable = 'on_date' then judged.recoverable_on_date end
            as recoverable_on_date
    from int_license_leaks_united
    left join judged
        on int_license_leaks_united.finding_id = judged.finding_id

)

select * from final
