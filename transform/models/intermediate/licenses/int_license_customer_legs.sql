{{ config(materialized='table') }}

with

dim_customers as (

    select customer_id, is_billable
    from {{ ref('dim_customers') }}

),

int_license_tenant_legs as (

    select customer_id, sku_leg_state, holder_leg_state
    from {{ ref('int_license_tenant_legs') }}

),

int_license_connection_legs as (

    select vendor, connection_id, kind, seat_leg_state, charge_leg_state
    from {{ ref('int_license_connection_legs') }}

),

distributor_customers as (

    select distinct vendor, connection_id, customer_id
    from {{ ref('distributor_customers') }}

),

tenant_legs as (

    select
        customer_id,
        {{ worst_leg_state('sku_leg_state') }} as sku_leg_state,
        {{ worst_leg_state('holder_leg_state') }} as holder_leg_state
    from int_license_tenant_legs
    group by customer_id

),

psa_legs as (

    select {{ worst_leg_state('seat_leg_state') }} as psa_leg_state
    from int_license_connection_legs
    where kind = 'psa'

),

account_legs as (

    select
        distributor_customers.customer_id,
        {{ worst_leg_state('int_license_connection_legs.seat_leg_state') }}
            as distributor_leg_state,
        {{ worst_leg_state('int_license_connection_legs.charge_leg_state') }} as charge_leg_state
    from distributor_customers
    inner join int_license_connection_legs
        on distributor_customers.vendor = int_license_connection_legs.vendor
        and distributor_customers.connection_id = int_license_connection_legs.connection_id
    where int_license_connection_legs.kind = 'distributor'
    group by distributor_customers.customer_id

),

final as (

    select
        dim_customers.customer_id,
        coalesce(tenant_legs.sku_leg_state, 'not_configured') as sku_leg_state,
        coalesce(tenant_legs.holder_leg_state, 'not_configured') as holder_leg_state,
        {{ worse_leg_state('tenant_legs.sku_leg_state', 'tenant_legs.holder_leg_state') }}
            as tenant_leg_state,
        coalesce(psa_legs.psa_leg_state, 'not_configured') as psa_leg_state,
        coalesce(account_legs.distributor_leg_state, 'not_configured') as distributor_leg_state,
        coalesce(account_legs.charge_leg_state, 'not_configured') as charge_leg_state,
        dim_customers.is_billable,
        account_legs.customer_id is not null as has_account
    from dim_customers
    cross join psa_legs
    left join tenant_legs
        on dim_customers.customer_id = tenant_legs.customer_id
    left join account_legs
        on dim_customers.customer_id = account_legs.customer_id

)

select * from final
