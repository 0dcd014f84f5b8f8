{{ config(materialized='table') }}

with

directory_subscriptions as (

    select
        tenant_id, directory_subscription_id, commerce_subscription_id, sku_id, valid_from_date,
        valid_to_date
    from {{ ref('hist_microsoft__directory_subscriptions') }}

),

pax8_subscriptions as (

    select
        connection_id, subscription_id, company_id, product_id, vendor_subscription_id,
        valid_from_date, valid_to_date
    from {{ ref('hist_pax8__subscriptions') }}

),

tenants as (

    select tenant_id
    from {{ ref('stg_config__tenants') }}

),

vendor_ids as (

    select
        directory_subscriptions.tenant_id,
        directory_subscriptions.sku_id,
        lower(directory_subscriptions.commerce_subscription_id) as vendor_subscription_id
    from directory_subscriptions
    where {{ valid_at('directory_subscriptions') }}

    union

    select
        directory_subscriptions.tenant_id,
        directory_subscriptions.sku_id,
        lower(directory_subscriptions.directory_subscription_id) as vendor_subscription_id
    from directory_subscriptions
    where {{ valid_at('directory_subscriptions') }}

),

final as (

    select distinct
        'pax8' as vendor,
        pax8_subscriptions.connection_id,
        pax8_subscriptions.company_id as distributor_customer_id,
        pax8_subscriptions.subscription_id,
        pax8_subscriptions.product_id as source_product_id,
        vendor_ids.tenant_id,
        vendor_ids.sku_id
    from pax8_subscriptions
    inner join vendor_ids
        on pax8_subscriptions.vendor_subscription_id = vendor_ids.vendor_subscription_id
    inner join tenants
        on vendor_ids.tenant_id = tenants.tenant_id
    where {{ valid_at('pax8_subscriptions') }}

)

select * from final
