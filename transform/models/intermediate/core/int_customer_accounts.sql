with

tenants as (

    select tenant_id
    from {{ ref('stg_config__tenants') }}

),

pax8_companies as (

    select connection_id, company_id
    from {{ ref('stg_pax8__companies') }}

),

pax8_subscriptions as (

    select connection_id, company_id
    from {{ ref('stg_pax8__subscriptions') }}

),

pax8_invoice_items as (

    select connection_id, company_id
    from {{ ref('stg_pax8__invoice_items') }}

),

named as (

    select 'tenant' as namespace, 'microsoft' as connection_id, tenant_id as external_id
    from tenants

    union

    select 'pax8' as namespace, connection_id, company_id as external_id
    from pax8_companies

    union

    -- The list of companies may have failed while their subscriptions and charges arrived.
    select 'pax8' as namespace, connection_id, company_id as external_id
    from pax8_subscriptions

    union

    select 'pax8' as namespace, connection_id, company_id as external_id
    from pax8_invoice_items

),

final as (

    select
        namespace,
        external_id,
        min(connection_id) as connection_id
    from named
    where external_id is not null
    group by namespace, external_id

)

select * from final
