{{ config(materialized='table') }}

with

invoices as (

    select connection_id, invoice_id, company_id, currency_code, invoice_date
    from {{ ref('stg_pax8__invoices') }}
    where
        not is_removed
        and invoice_date <= {{ known_at_date() }}
        -- A void document is no cost, as a void one of the PSA is no revenue.
        and lower(trim(coalesce(invoice_status, ''))) not in ('void', 'voided')

),

invoice_items as (

    select
        connection_id, invoice_id, item_key, company_id, product_id, subscription_id, item_type,
        billing_term, charge_type, product_name, currency_code, quantity, unit_cost_amount,
        cost_amount, period_start_date, period_end_date
    from {{ ref('stg_pax8__invoice_items') }}
    -- What we paid is no cost.
    where not is_removed and coalesce(lower(item_type), '') != 'payment-credit'

),

products as (

    select connection_id, source_product_id, product_id, units_per_item, status
    from {{ ref('map_products') }}
    where namespace = 'pax8'

),

customers as (

    select external_id, customer_id, status
    from {{ ref('map_customers') }}
    where namespace = 'pax8'

),

final as (

    select
        invoice_items.connection_id || ':invoice_items:' || invoice_items.invoice_id || ':'
        || invoice_items.item_key as source_line_id,
        'pax8' as vendor,
        invoice_items.connection_id,
        invoice_items.invoice_id,
        coalesce(invoice_items.company_id, invoices.company_id) as distributor_customer_id,
        coalesce(customers.customer_id, 'unassigned') as customer_id,
        invoice_items.subscription_id,
        invoice_items.product_id as source_product_id,
        coalesce(products.product_id, 'pax8:' || invoice_items.product_id) as product_id,
        cast(null as varchar) as invoice_number,
        coalesce(customers.status, 'unmapped') as customer_mapping_status,
        coalesce(products.status, 'unmapped') as product_mapping_status,
        invoice_items.product_name,
        case
            when lower(invoice_items.billing_term) = 'arrears' then 'usage'
            when lower(invoice_items.billing_term) = 'activation' then 'setup'
            when
                lower(invoice_items.item_type) = 'subscription'
                and lower(invoice_items.billing_term) = 'one-time'
                then 'one_time'
            when lower(invoice_items.item_type) = 'subscription' then 'recurring'
            when lower(invoice_items.item_type) = 'prorate' then 'proration'
            when lower(invoice_items.item_type) = 'rebate' then 'rebate'
            when lower(invoice_items.item_type) = 'one-time' then 'one_time'
            when lower(invoice_items.item_type) = 'service-charge' then 'fee'
            when lower(invoice_items.item_type) like '%-credit' then 'credit'
            else 'other'
        end as charge_kind,
        invoice_items.billing_term,
        coalesce(invoice_items.currency_code, invoices.currency_code, 'XXX') as currency_code,
        coalesce(products.units_per_item, 1) as units_per_item,
        invoice_items.quantity,
        invoice_items.unit_cost_amount,
        -- A line may come without its total: a flat one costs its unit.
        cast(coalesce(
            invoice_items.cost_amount,
            case
                when lower(invoice_items.charge_type) = 'flat' then invoice_items.unit_cost_amount
                else invoice_items.unit_cost_amount * invoice_items.quantity
            end,
            0
        ) as decimal(18, 4)) as cost_amount,
        false as is_provisional,
        invoices.invoice_date,
        invoice_items.period_start_date,
        invoice_items.period_end_date
    from invoice_items
    inner join invoices
        on invoice_items.connection_id = invoices.connection_id
        and invoice_items.invoice_id = invoices.invoice_id
    left join products
        on invoice_items.connection_id = products.connection_id
        and invoice_items.product_id = products.source_product_id
    left join customers
        on coalesce(invoice_items.company_id, invoices.company_id) = customers.external_id

)

select * from final
