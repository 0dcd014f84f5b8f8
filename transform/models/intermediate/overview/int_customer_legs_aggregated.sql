with

legs as (

    select
        vendor,
        connection_id,
        tenant_id,
        leg_state,
        last_status,
        last_good_at
    from {{ ref('int_legs_current') }}

),

customers as (

    select
        customer_id,
        psa_vendor
    from {{ ref('dim_customers') }}

),

tenants as (

    select
        tenant_id,
        customer_id
    from {{ ref('dim_tenants') }}

),

accounts as (

    select distinct
        customer_id,
        connection_id
    from {{ ref('distributor_customers') }}

),

-- What a licence or a cloud does not offer is no gap that a load could close.
counted as (

    select
        vendor,
        connection_id,
        tenant_id,
        leg_state <> 'fresh'
        and coalesce(last_status, '') not in ('not_licensed', 'not_offered') as is_behind,
        last_good_at
    from legs

),

customer_legs as (

    select
        tenants.customer_id,
        counted.is_behind,
        counted.last_good_at
    from tenants
    inner join counted
        on tenants.tenant_id = counted.tenant_id
    where counted.vendor = 'microsoft'

    union all

    select
        customers.customer_id,
        counted.is_behind,
        counted.last_good_at
    from customers
    inner join counted
        on customers.psa_vendor = counted.vendor

    union all

    select
        accounts.customer_id,
        counted.is_behind,
        counted.last_good_at
    from accounts
    inner join counted
        on accounts.connection_id = counted.connection_id
    where counted.vendor <> 'microsoft'

),

final as (

    select
        customer_id,
        cast(count(case when is_behind then 1 end) as integer) as stale_leg_count,
        min(last_good_at) as oldest_leg_at
    from customer_legs
    group by customer_id

)

select * from final
