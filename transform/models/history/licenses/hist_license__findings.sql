{#-
    Intervals in which a finding was seen, or could not be looked for because a leg was not fresh.
    A finding that an observation no longer shows has no interval from that date on. How often it
    was seen follows from hist_license__observation_dates, so a run without change adds no row.
-#}
{%- set key = ['finding_id'] %}
{%- set tracked = [
    'kind', 'side', 'customer_id', 'product_id', 'subscription_id', 'subject_id', 'scope_id',
    'observation_state', 'amount_reason', 'recoverable', 'recommended_action', 'seats',
    'recoverable_now_seats', 'unit_amount', 'monthly_amount', 'annual_amount',
    'paid_monthly_amount', 'recoverable_now_amount', 'recoverable_later_amount', 'sunk_amount',
    'recoverable_on_date',
] %}
{%- set columns = key + tracked %}
with

int_license_leaks as (

    select
        finding_id,
        kind,
        side,
        customer_id,
        product_id,
        subscription_id,
        subject_id,
        scope_id,
        'seen' as observation_state,
        amount_reason,
        recoverable,
        recommended_action,
        seats,
        recoverable_now_seats,
        unit_amount,
        monthly_amount,
        annual_amount,
        paid_monthly_amount,
        recoverable_now_amount,
        recoverable_later_amount,
        sunk_amount,
        recoverable_on_date
    from {{ ref('int_license_leaks') }}

),

int_license_scopes as (

    select scope_id, scope_state
    from {{ ref('int_license_scopes') }}

),

fractional_products as (

    select customer_id, product_id
    from {{ ref('int_license_seats_joined') }}
    where has_fraction

),

{% if is_incremental() %}
-- What held on the day before, also where an earlier run of this date has ended it.
known as (

    select
        {{ columns | join(',\n        ') }}
    from {{ this }}
    where
        valid_from_date < {{ as_of_date() }}
        and (valid_to_date is null or valid_to_date >= {{ as_of_date() }})

),

unobservable as (

    select
        known.finding_id,
        known.kind,
        known.side,
        known.customer_id,
        known.product_id,
        known.subscription_id,
        known.subject_id,
        known.scope_id,
        'not_observed' as observation_state,
        case int_license_scopes.scope_state
            when 'fresh' then 'not_money'
            else {{ leg_reason('int_license_scopes.scope_state') }}
        end as amount_reason,
        known.recoverable,
        known.recommended_action,
        cast(null as integer) as seats,
        cast(null as integer) as recoverable_now_seats,
        cast(null as decimal(19, 6)) as unit_amount,
        {% for amount in [
            'monthly_amount', 'annual_amount', 'paid_monthly_amount', 'recoverable_now_amount',
            'recoverable_later_amount', 'sunk_amount',
        ] -%}
        cast(null as decimal(18, 4)) as {{ amount }},
        {% endfor -%}
        known.recoverable_on_date
    from known
    inner join int_license_scopes
        on known.scope_id = int_license_scopes.scope_id
    left join int_license_leaks
        on known.finding_id = int_license_leaks.finding_id
    left join fractional_products
        on known.customer_id = fractional_products.customer_id
        and known.product_id = fractional_products.product_id
        and known.kind in ('uncontracted', 'overbilled', 'unknown_source')
    where
        int_license_leaks.finding_id is null
        and (
            int_license_scopes.scope_state <> 'fresh'
            or fractional_products.customer_id is not null
        )

),

present as (

    select
        {{ columns | join(',\n        ') }}
    from int_license_leaks

    union all

    select
        {{ columns | join(',\n        ') }}
    from unobservable

),

{% else %}
present as (

    select
        {{ columns | join(',\n        ') }}
    from int_license_leaks

),

{% endif %}
{{ observed_intervals(key, tracked) }}
