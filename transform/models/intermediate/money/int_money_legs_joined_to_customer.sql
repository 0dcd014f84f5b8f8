with

customers as (

    select customer_id
    from {{ ref('dim_customers') }}

),

legs as (

    select vendor, connection_id, table_name, leg_state, last_good_at
    from {{ ref('int_legs_current') }}

),

connections as (

    select vendor, connection_id, kind
    from {{ ref('stg_config__connections') }}

),

accounts as (

    select distinct connection_id, customer_id
    from {{ ref('distributor_customers') }}
    where mapping_status = 'accepted'

),

psa_legs as (

    select legs.leg_state, legs.last_good_at
    from legs
    inner join connections
        on legs.vendor = connections.vendor
        and legs.connection_id = connections.connection_id
    where
        connections.kind = 'psa'
        and legs.table_name in (
            'companies', 'agreements', 'invoices', 'products', 'time_entries', 'expenses',
            'members'
        )

),

distributor_legs as (

    select legs.connection_id, legs.table_name, legs.leg_state, legs.last_good_at
    from legs
    inner join connections
        on legs.vendor = connections.vendor
        and legs.connection_id = connections.connection_id
    where
        connections.kind = 'distributor'
        and legs.table_name in ('companies', 'products', 'invoices', 'invoice_items')

),

-- Where a distributor's companies were never read, any customer may have an account there.
unread_connections as (

    select connection_id
    from distributor_legs
    where table_name = 'companies' and leg_state = 'missing'

),

used_legs as (

    select customers.customer_id, psa_legs.leg_state, psa_legs.last_good_at
    from customers
    cross join psa_legs

    union all

    select customers.customer_id, distributor_legs.leg_state, distributor_legs.last_good_at
    from customers
    cross join distributor_legs
    left join accounts
        on customers.customer_id = accounts.customer_id
        and distributor_legs.connection_id = accounts.connection_id
    left join unread_connections
        on distributor_legs.connection_id = unread_connections.connection_id
    where
        accounts.customer_id is not null
        or unread_connections.connection_id is not null
        or customers.customer_id = 'unassigned'

),

final as (

    select
        customer_id,
        case max(case leg_state when 'missing' then 3 when 'stale' then 2 else 1 end)
            when 3 then 'missing'
            when 2 then 'stale'
            else 'fresh'
        end as leg_state,
        min(last_good_at) as legs_as_of
    from used_legs
    group by customer_id

)

select * from final
