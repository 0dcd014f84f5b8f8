{{ config(materialized='table') }}

with

subscriptions as (

    select
        connection_id, subscription_id, company_id, product_id, parent_subscription_id,
        vendor_subscription_id, vendor_sku, product_name, subscription_status, billing_term,
        commitment_term, currency_code, quantity, unit_price_amount, unit_cost_amount, start_date,
        end_date, billing_start_date, term_end_date, created_at, valid_from_date, valid_to_date
    from {{ ref('hist_pax8__subscriptions') }}

),

products as (

    select
        connection_id, source_product_id, product_id, product_name, part_number, units_per_item,
        status
    from {{ ref('map_products') }}
    where namespace = 'pax8'

),

customers as (

    select external_id, customer_id, status
    from {{ ref('map_customers') }}
    where namespace = 'pax8'

),

normalised as (

    select
        subscriptions.*,
        case lower(replace(trim(subscriptions.billing_term), ' ', '-'))
            when 'monthly' then 'monthly'
            when 'annual' then 'annual'
            when '2-year' then 'biennial'
            when '3-year' then 'triennial'
            when 'one-time' then 'one_time'
            when 'activation' then 'one_time'
            when 'trial' then 'trial'
            when 'arrears' then 'usage'
            else 'unknown'
        end as billing_term_kind,
        -- Without a term, or with one of unknown name, how long one is bound is not known.
        case lower(replace(trim(subscriptions.commitment_term), ' ', '-'))
            when 'monthly' then 'P1M'
            when '1-month' then 'P1M'
            when 'annual' then 'P1Y'
            when '1-year' then 'P1Y'
            when '2-year' then 'P2Y'
            when '3-year' then 'P3Y'
        end as commitment_term_kind,
        {{ exclusive_term_end('subscriptions.start_date', 'subscriptions.term_end_date') }}
            as exclusive_term_end_date,
        case lower(subscriptions.subscription_status)
            when 'active' then 'active'
            when 'activated' then 'active'
            when 'pendingcancel' then 'cancel_pending'
            when 'cancelled' then 'cancelled'
            when 'trial' then 'trial'
            when 'converted' then 'ended'
            else 'pending'
        end as status
    from subscriptions
    where {{ valid_at('subscriptions') }}

),

priced as (

    select
        normalised.*,
        case normalised.billing_term_kind
            when 'monthly' then 1
            when 'annual' then 12
            when 'biennial' then 24
            when 'triennial' then 36
        end as billing_months
    from normalised

),

final as (

    select
        'pax8' as vendor,
        priced.connection_id,
        priced.subscription_id,
        priced.company_id as distributor_customer_id,
        coalesce(customers.customer_id, 'unassigned') as customer_id,
        priced.product_id as source_product_id,
        coalesce(products.product_id, 'pax8:' || priced.product_id) as product_id,
        priced.vendor_subscription_id,
        priced.parent_subscription_id,
        coalesce(customers.status, 'unmapped') as customer_mapping_status,
        coalesce(products.status, 'unmapped') as product_mapping_status,
        coalesce(priced.product_name, products.product_name) as product_name,
        products.part_number,
        priced.status,
        priced.billing_term_kind as billing_term,
        priced.commitment_term_kind as commitment_term,
        priced.currency_code,
        priced.billing_months,
        priced.quantity,
        coalesce(products.units_per_item, 1) as units_per_item,
        priced.unit_cost_amount,
        priced.unit_price_amount,
        {{ unit_share('priced.unit_cost_amount', 'priced.billing_months') }}
            as unit_cost_month_amount,
        {{ unit_share('priced.unit_price_amount', 'priced.billing_months') }}
            as unit_price_month_amount,
        priced.start_date,
        priced.billing_start_date,
        priced.end_date,
        priced.exclusive_term_end_date as term_end_date,
        priced.created_at
    from priced
    left join products
        on priced.connection_id = products.connection_id
        and priced.product_id = products.source_product_id
    left join customers
        on priced.company_id = customers.external_id

)

select * from final
