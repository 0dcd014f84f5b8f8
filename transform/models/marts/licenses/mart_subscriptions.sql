with

int_license_subscription_terms as (

    select
        vendor,
        connection_id,
        subscription_id,
        customer_id,
        product_id,
        product_name,
        currency_code,
        status,
        billing_term,
        commitment_term,
        seats,
        reducible_seats,
        unit_cost_amount,
        monthly_cost_amount,
        fx_rate,
        term_start_date,
        term_end_date,
        renews_on_date
    from {{ ref('int_license_subscription_terms') }}

),

int_subscription_links as (

    select vendor, connection_id, subscription_id, tenant_id
    from {{ ref('int_subscription_links') }}

),

dim_customers as (

    select customer_id, customer_name
    from {{ ref('dim_customers') }}

),

dim_products as (

    select product_id, product_name
    from {{ ref('dim_products') }}

),

-- A commerce id that two tenants show names neither.
subscription_tenants as (

    select
        vendor,
        connection_id,
        subscription_id,
        min(tenant_id) as tenant_id
    from int_subscription_links
    group by vendor, connection_id, subscription_id
    having count(distinct tenant_id) = 1

),

final as (

    select
        int_license_subscription_terms.connection_id || ':'
        || int_license_subscription_terms.subscription_id as subscription_key,
        int_license_subscription_terms.vendor,
        int_license_subscription_terms.subscription_id,
        int_license_subscription_terms.customer_id,
        coalesce(dim_customers.customer_name, int_license_subscription_terms.customer_id)
            as customer_name,
        int_license_subscription_terms.product_id,
        coalesce(dim_products.product_name, int_license_subscription_terms.product_name)
            as product_name,
        case
            when int_license_subscription_terms.status in (
                'active', 'cancel_pending', 'suspended', 'cancelled', 'trial'
            ) then int_license_subscription_terms.status
            else 'other'
        end as status,
        cast(int_license_subscription_terms.seats as decimal(19, 6)) as seats,
        case
            when int_license_subscription_terms.billing_term in ('biennial', 'triennial')
                then 'multi_year'
            -- A trial has no price, so nothing is billed in any term.
            when int_license_subscription_terms.billing_term = 'trial' then 'unknown'
            else int_license_subscription_terms.billing_term
        end as billing_term,
        int_license_subscription_terms.commitment_term,
        int_license_subscription_terms.term_start_date,
        int_license_subscription_terms.term_end_date,
        int_license_subscription_terms.renews_on_date,
        {{ add_days('int_license_subscription_terms.renews_on_date', -1) }} as decide_by_date,
        cast(int_license_subscription_terms.reducible_seats as decimal(19, 6)) as reducible_seats,
        cast(int_license_subscription_terms.unit_cost_amount as decimal(19, 6))
            as unit_cost_amount,
        int_license_subscription_terms.currency_code,
        cast(int_license_subscription_terms.monthly_cost_amount as decimal(18, 4))
            as monthly_cost_amount,
        {{ money_product(
            'int_license_subscription_terms.monthly_cost_amount',
            'int_license_subscription_terms.fx_rate'
        ) }} as reporting_monthly_cost_amount,
        subscription_tenants.tenant_id,
        -- What a connected distributor lists was bought through us.
        'ours' as owner
    from int_license_subscription_terms
    left join subscription_tenants
        on int_license_subscription_terms.vendor = subscription_tenants.vendor
        and int_license_subscription_terms.connection_id = subscription_tenants.connection_id
        and int_license_subscription_terms.subscription_id = subscription_tenants.subscription_id
    left join dim_customers
        on int_license_subscription_terms.customer_id = dim_customers.customer_id
    left join dim_products
        on int_license_subscription_terms.product_id = dim_products.product_id

)

select * from final
