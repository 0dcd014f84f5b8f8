with

hist_microsoft__subscribed_skus as (

    select tenant_id, sku_id, enabled_seats
    from {{ ref('hist_microsoft__subscribed_skus') }} as skus
    -- Seat counts of device and company SKUs mean nothing.
    where {{ valid_at('skus') }} and applies_to is distinct from 'Company'

),

hist_microsoft__directory_subscriptions as (

    select tenant_id, sku_id, status, total_seats, is_trial
    from {{ ref('hist_microsoft__directory_subscriptions') }} as subscriptions
    where {{ valid_at('subscriptions') }}

),

subscription_seats as (

    select
        tenant_id,
        sku_id,
        sum(case when is_trial and status = 'Enabled' then total_seats else 0 end) as trial_seats,
        count(*) filter (where is_trial) > 0
        and count(*) filter (where not is_trial) = 0 as is_trial_only
    from hist_microsoft__directory_subscriptions
    group by tenant_id, sku_id

),

final as (

    select
        hist_microsoft__subscribed_skus.tenant_id,
        hist_microsoft__subscribed_skus.sku_id,
        cast(greatest(
            hist_microsoft__subscribed_skus.enabled_seats
            - coalesce(subscription_seats.trial_seats, 0),
            0
        ) as integer) as paid_seats,
        coalesce(subscription_seats.is_trial_only, false) as is_trial_only
    from hist_microsoft__subscribed_skus
    left join subscription_seats
        on hist_microsoft__subscribed_skus.tenant_id = subscription_seats.tenant_id
        and hist_microsoft__subscribed_skus.sku_id = subscription_seats.sku_id

)

select * from final
