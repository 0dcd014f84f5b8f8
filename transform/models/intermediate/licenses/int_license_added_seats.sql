{%- set window_days = 7 %}

with

hist_pax8__subscriptions as (

    select connection_id, subscription_id, quantity, valid_from_date, valid_to_date
    from {{ ref('hist_pax8__subscriptions') }}

),

stg_ops__load_status as (

    select distinct connection_id, as_of_date
    from {{ ref('stg_ops__load_status') }}
    where
        vendor = 'pax8'
        and table_name = 'subscriptions'
        and status in ('loaded', 'unchanged')
        and as_of_date <= {{ as_of_date() }}
        and as_of_date >= {{ add_days(as_of_date(), -window_days) }}

),

-- What was there at an observation of the last seven days may be older than they are; only what
-- came after one of them is surely younger.
observed as (

    select
        hist_pax8__subscriptions.connection_id,
        hist_pax8__subscriptions.subscription_id,
        min(hist_pax8__subscriptions.quantity) as quantity
    from hist_pax8__subscriptions
    inner join stg_ops__load_status
        on hist_pax8__subscriptions.connection_id = stg_ops__load_status.connection_id
        and hist_pax8__subscriptions.valid_from_date <= stg_ops__load_status.as_of_date
        and (
            hist_pax8__subscriptions.valid_to_date is null
            or hist_pax8__subscriptions.valid_to_date > stg_ops__load_status.as_of_date
        )
    group by
        hist_pax8__subscriptions.connection_id,
        hist_pax8__subscriptions.subscription_id

),

present as (

    select connection_id, subscription_id, quantity
    from hist_pax8__subscriptions
    where {{ valid_at('hist_pax8__subscriptions') }}

),

final as (

    select
        'pax8' as vendor,
        present.connection_id,
        present.subscription_id,
        present.quantity - observed.quantity as added_quantity
    from present
    inner join observed
        on present.connection_id = observed.connection_id
        and present.subscription_id = observed.subscription_id
    where present.quantity > observed.quantity

)

select * from final
