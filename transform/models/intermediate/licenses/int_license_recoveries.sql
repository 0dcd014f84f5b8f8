with

int_license_leaks_united as (

    select finding_id, kind, side, monthly_amount
    from {{ ref('int_license_leaks_united') }}

),

int_license_leak_seats_placed as (

    select
        finding_id,
        customer_id,
        product_id,
        seats,
        monthly_amount,
        last_seat,
        pool_now_seats,
        seats_to_now,
        seats_to_later,
        seats_to_sunk
    from {{ ref('int_license_leak_seats_placed') }}

),

int_license_subscriptions as (

    select
        customer_id,
        product_id,
        seats - coalesce(reducible_seats, 0) as bound_seats,
        seats_end_date
    from {{ ref('int_license_subscriptions') }}
    where not is_sunk and seats_end_date is not null

),

-- Seats that may go by each term end; prepaid seats that end by themselves save nothing.
term_ends as (

    select
        customer_id,
        product_id,
        seats_end_date,
        sum(sum(bound_seats)) over (
            partition by customer_id, product_id
            order by seats_end_date
        ) as ended_seats
    from int_license_subscriptions
    group by customer_id, product_id, seats_end_date

),

dated as (

    select
        int_license_leak_seats_placed.finding_id,
        min(term_ends.seats_end_date) as recoverable_on_date
    from int_license_leak_seats_placed
    inner join term_ends
        on int_license_leak_seats_placed.customer_id = term_ends.customer_id
        and int_license_leak_seats_placed.product_id = term_ends.product_id
    where
        int_license_leak_seats_placed.seats_to_now < int_license_leak_seats_placed.seats
        and int_license_leak_seats_placed.pool_now_seats + term_ends.ended_seats
        >= int_license_leak_seats_placed.last_seat
    group by int_license_leak_seats_placed.finding_id

),

-- Parts of one amount by the seats up to each border, so that they add up to it.
parts as (

    select
        finding_id,
        seats,
        seats_to_now,
        seats_to_sunk,
        {% for border in ['now', 'later', 'sunk'] -%}
        {{ money_share('monthly_amount', 'seats_to_' ~ border, 'seats') }}
            as amount_to_{{ border }}{{ ',' if not loop.last }}
        {% endfor %}
    from int_license_leak_seats_placed

),

final as (

    select
        int_license_leaks_united.finding_id,
        case
            when int_license_leaks_united.side = 'revenue' then 'now'
            when int_license_leaks_united.kind = 'billed_after_cancel' then 'now'
            when parts.seats_to_now = parts.seats then 'now'
            when dated.recoverable_on_date is not null then 'on_date'
            when parts.seats_to_sunk = parts.seats then 'sunk'
            else 'unknown'
        end as recoverable,
        parts.seats_to_now as recoverable_now_seats,
        {%- set is_late_bill = "int_license_leaks_united.kind = 'billed_after_cancel'" %}
        case
            when {{ is_late_bill }} then int_license_leaks_united.monthly_amount
            else parts.amount_to_now
        end as recoverable_now_amount,
        case
            when {{ is_late_bill }} then 0 * int_license_leaks_united.monthly_amount
            else parts.amount_to_later - parts.amount_to_now
        end as recoverable_later_amount,
        case
            when {{ is_late_bill }} then 0 * int_license_leaks_united.monthly_amount
            else parts.amount_to_sunk - parts.amount_to_later
        end as sunk_amount,
        dated.recoverable_on_date
    from int_license_leaks_united
    left join parts
        on int_license_leaks_united.finding_id = parts.finding_id
    left join dated
        on int_license_leaks_united.finding_id = dated.finding_id

)

select * from final
