with

dim_tenants as (

    select tenant_id, customer_id
    from {{ ref('dim_tenants') }}

),

int_legs_current as (

    select tenant_id, table_name, leg_state
    from {{ ref('int_legs_current') }}
    where
        vendor = 'microsoft'
        and table_name in (
            'users', 'subscribed_skus', 'directory_subscriptions', 'license_assignments'
        )

),

final as (

    select
        dim_tenants.tenant_id,
        dim_tenants.customer_id,
        coalesce(
            max(case when int_legs_current.table_name = 'subscribed_skus'
                then int_legs_current.leg_state end),
            'missing'
        ) as sku_leg_state,
        coalesce(
            max(case when int_legs_current.table_name = 'users'
                then int_legs_current.leg_state end),
            'missing'
        ) as holder_leg_state,
        coalesce(
            max(case when int_legs_current.table_name = 'directory_subscriptions'
                then int_legs_current.leg_state end),
            'missing'
        ) as subscription_leg_state,
        coalesce(
            max(case when int_legs_current.table_name = 'license_assignments'
                then int_legs_current.leg_state end),
            'missing'
        ) as assignment_leg_state
    from dim_tenants
    left join int_legs_current
        on dim_tenants.tenant_id = int_legs_current.tenant_id
    group by dim_tenants.tenant_id, dim_tenants.customer_id

)

select * from final
