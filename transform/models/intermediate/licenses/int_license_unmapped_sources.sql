with

dim_tenants as (

    select tenant_id
    from {{ ref('dim_tenants') }}
    where customer_id = 'unassigned'

),

int_license_tenant_seats as (

    select tenant_id, enabled_seats, consumed_seats
    from {{ ref('int_license_tenant_seats') }}

),

distributor_customers as (

    select vendor, connection_id, distributor_customer_id, customer_name
    from {{ ref('distributor_customers') }}
    where mapping_status <> 'accepted'

),

distributor_subscriptions as (

    select
        vendor,
        connection_id,
        distributor_customer_id,
        customer_id,
        source_product_id,
        product_id,
        product_mapping_status,
        quantity
    from {{ ref('distributor_subscriptions') }}
    where status in ('active', 'cancel_pending')

),

distributor_charges as (

    select
        vendor,
        connection_id,
        distributor_customer_id,
        customer_id,
        source_product_id,
        cost_amount
    from {{ ref('distributor_charges') }}
    where not is_provisional

),

map_products as (

    select namespace, connection_id, source_product_id, code, product_id, status
    from {{ ref('map_products') }}
    where status <> 'accepted'

),

-- A reviewer may have taken a product out: then there is nothing left to map.
int_license_products as (

    select product_id
    from {{ ref('int_license_products') }}
    where is_excluded_from_leakage

),

unmapped_codes as (

    select
        map_products.namespace,
        map_products.connection_id,
        map_products.source_product_id,
        map_products.code,
        map_products.product_id,
        map_products.status
    from map_products
    left join int_license_products
        on map_products.product_id = int_license_products.product_id
    where int_license_products.product_id is null

),

psa_contract_lines as (

    select
        connection_id,
        customer_id,
        source_product_id,
        billable_quantity
    from {{ ref('psa_contract_lines') }}
    where is_active

),

unmapped_tenants as (

    select
        'tenant' as namespace,
        dim_tenants.tenant_id as external_id,
        'unassigned' as customer_id,
        cast(null as varchar) as product_id,
        'tenant|' || dim_tenants.tenant_id as source_scope,
        'Map this tenant to a customer in config/customer_map.csv.' as recommended_action,
        cast(sum(int_license_tenant_seats.enabled_seats) as decimal(19, 6)) as seats
    from dim_tenants
    inner join int_license_tenant_seats
        on dim_tenants.tenant_id = int_license_tenant_seats.tenant_id
    group by dim_tenants.tenant_id
    having
        sum(int_license_tenant_seats.enabled_seats) > 0
        or sum(int_license_tenant_seats.consumed_seats) > 0

),

account_sources as (

    select vendor, connection_id, distributor_customer_id, quantity, 0 as cost_amount
    from distributor_subscriptions

    union all

    select vendor, connection_id, distributor_customer_id, 0 as quantity, cost_amount
    from distributor_charges

),

unmapped_accounts as (

    select
        distributor_customers.vendor as namespace,
        distributor_customers.distributor_customer_id as external_id,
        'unassigned' as customer_id,
        cast(null as varchar) as product_id,
        'distributor|' || distributor_customers.connection_id as source_scope,
        'Map this distributor account to a customer in config/customer_map.csv.'
            as recommended_action,
        cast(sum(account_sources.quantity) as decimal(19, 6)) as seats
    from distributor_customers
    inner join account_sources
        on distributor_customers.connection_id = account_sources.connection_id
        and distributor_customers.distributor_customer_id
        = account_sources.distributor_customer_id
    group by
        distributor_customers.vendor,
        distributor_customers.connection_id,
        distributor_customers.distributor_customer_id
    having
        sum(account_sources.quantity) <> 0
        or sum(abs(account_sources.cost_amount)) <> 0

),

product_sources as (

    select vendor, connection_id, customer_id, source_product_id, quantity, 0 as cost_amount
    from distributor_subscriptions

    union all

    select vendor, connection_id, customer_id, source_product_id, 0 as quantity, cost_amount
    from distributor_charges
    where source_product_id is not null

),

-- One product of several accounts at a vendor is one thing to map.
unmapped_products as (

    select
        unmapped_codes.namespace,
        unmapped_codes.code as external_id,
        product_sources.customer_id,
        unmapped_codes.product_id,
        'distributor|' || min(unmapped_codes.connection_id) as source_scope,
        'Map this distributor product in config/product_map.csv.' as recommended_action,
        cast(sum(product_sources.quantity) as decimal(19, 6)) as seats
    from unmapped_codes
    inner join product_sources
        on unmapped_codes.namespace = product_sources.vendor
        and unmapped_codes.connection_id = product_sources.connection_id
        and unmapped_codes.source_product_id = product_sources.source_product_id
    group by
        unmapped_codes.namespace,
        unmapped_codes.code,
        unmapped_codes.product_id,
        product_sources.customer_id
    having
        sum(product_sources.quantity) <> 0
        or sum(abs(product_sources.cost_amount)) <> 0

),

-- An item of the PSA's own is no licence; one that carries a commerce part number is not its own.
-- An item that was made anew under its old code is one thing to map.
unmapped_items as (

    select
        'psa' as namespace,
        unmapped_codes.code as external_id,
        psa_contract_lines.customer_id,
        min(unmapped_codes.product_id) as product_id,
        'psa' as source_scope,
        'Map this PSA item to a licence in config/product_map.csv.' as recommended_action,
        cast(sum(psa_contract_lines.billable_quantity) as decimal(19, 6)) as seats
    from unmapped_codes
    inner join psa_contract_lines
        on unmapped_codes.connection_id = psa_contract_lines.connection_id
        and unmapped_codes.source_product_id = psa_contract_lines.source_product_id
    where unmapped_codes.namespace = 'psa' and unmapped_codes.status <> 'own'
    group by unmapped_codes.code, psa_contract_lines.customer_id
    having sum(psa_contract_lines.billable_quantity) > 0

),

final as (

    select namespace, external_id, customer_id, product_id, source_scope, recommended_action, seats
    from unmapped_tenants

    union all

    select namespace, external_id, customer_id, product_id, source_scope, recommended_action, seats
    from unmapped_accounts

    union all

    select namespace, external_id, customer_id, product_id, source_scope, recommended_action, seats
    from unmapped_products

    union all

    select namespace, external_id, customer_id, product_id, source_scope, recommended_action, seats
    from unmapped_items

)

select * from final
