with

stg_config__connections as (

    select vendor, connection_id, kind
    from {{ ref('stg_config__connections') }}
    where is_configured and kind in ('psa', 'distributor')

),

int_legs_current as (

    select vendor, connection_id, table_name, leg_state
    from {{ ref('int_legs_current') }}

),

-- Catalogue items map agreement lines to products and hold the prices to fall back on.
seat_legs as (

    select
        stg_config__connections.vendor,
        stg_config__connections.connection_id,
        {{ worst_leg_state('int_legs_current.leg_state') }} as seat_leg_state
    from stg_config__connections
    inner join int_legs_current
        on stg_config__connections.vendor = int_legs_current.vendor
        and stg_config__connections.connection_id = int_legs_current.connection_id
    where
        (
            stg_config__connections.kind = 'psa'
            and int_legs_current.table_name in (
                'agreements', 'agreement_additions', 'catalog_items'
            )
        )
        or (
            stg_config__connections.kind = 'distributor'
            and int_legs_current.table_name in ('companies', 'subscriptions', 'products')
        )
    group by stg_config__connections.vendor, stg_config__connections.connection_id

),

charge_legs as (

    select
        vendor,
        connection_id,
        {{ worst_leg_state('leg_state') }} as charge_leg_state
    from int_legs_current
    where table_name in ('invoices', 'invoice_items')
    group by vendor, connection_id

),

final as (

    select
        stg_config__connections.vendor,
        stg_config__connections.connection_id,
        stg_config__connections.kind,
        coalesce(seat_legs.seat_leg_state, 'missing') as seat_leg_state,
        coalesce(charge_legs.charge_leg_state, 'missing') as charge_leg_state
    from stg_config__connections
    left join seat_legs
        on stg_config__connections.vendor = seat_legs.vendor
        and stg_config__connections.connection_id = seat_legs.connection_id
    left join charge_legs
        on stg_config__connections.vendor = charge_legs.vendor
        and stg_config__connections.connection_id = charge_legs.connection_id

)

select * from final
