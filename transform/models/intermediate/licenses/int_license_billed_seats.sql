with

distributor_charges as (

    select
        vendor,
        connection_id,
        source_product_id,
        customer_id,
        product_id,
        coalesce(subscription_id, source_line_id) as billed_id,
        subscription_id,
        quantity,
        period_start_date,
        period_end_date,
        period_start_date <= {{ as_of_date() }} and period_end_date > {{ as_of_date() }}
            as is_running
    from {{ ref('distributor_charges') }}
    where
        charge_kind = 'recurring'
        and period_start_date is not null
        and period_start_date <= {{ as_of_date() }}
        and not is_provisional

),

int_license_subscriptions as (

    select connection_id, subscription_id
    from {{ ref('int_license_subscriptions') }}

),

map_products as (

    select namespace, connection_id, source_product_id, units_per_item
    from {{ ref('map_products') }}

),

int_license_products as (

    select product_id
    from {{ ref('int_license_products') }}
    where not is_excluded_from_leakage and (is_license or not is_mapped)

),

-- The charge period that holds the closing date; before its bill, the latest of a living one.
ranked as (

    select
        distributor_charges.customer_id,
        distributor_charges.product_id,
        distributor_charges.quantity * coalesce(map_products.units_per_item, 1) as seats,
        distributor_charges.is_running,
        rank() over (
            partition by distributor_charges.connection_id, distributor_charges.billed_id
            order by distributor_charges.is_running desc, distributor_charges.period_start_date desc
        ) as period_rank,
        int_license_subscriptions.subscription_id is not null as is_living
    from distributor_charges
    inner join int_license_products
        on distributor_charges.product_id = int_license_products.product_id
    left join int_license_subscriptions
        on distributor_charges.connection_id = int_license_subscriptions.connection_id
        and distributor_charges.subscription_id = int_license_subscriptions.subscription_id
    left join map_products
        on distributor_charges.vendor = map_products.namespace
        and distributor_charges.connection_id = map_products.connection_id
        and distributor_charges.source_product_id = map_products.source_product_id

),

final as (

    select
        customer_id,
        product_id,
        case when count(*) filter (where seats <> floor(seats)) = 0
            then cast(sum(seats) as integer)
        end as billed_seats
    from ranked
    where period_rank = 1 and (is_running or is_living)
    group by customer_id, product_id

)

select * from final
