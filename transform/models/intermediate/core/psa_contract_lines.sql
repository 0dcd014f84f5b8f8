{{ config(materialized='table') }}

with

additions as (

    select
        connection_id, addition_id, agreement_id, catalog_item_id, product_code, description,
        bill_customer, quantity, included_quantity, unit_price_amount, unit_cost_amount,
        effective_date, cancelled_date, valid_from_date, valid_to_date
    from {{ ref('hist_connectwise__agreement_additions') }}

),

contracts as (

    select
        connection_id, contract_id, customer_id, billing_interval_months, currency_code,
        is_active
    from {{ ref('psa_contracts') }}

),

products as (

    select connection_id, source_product_id, product_id, units_per_item, status
    from {{ ref('map_products') }}
    where namespace = 'psa'

),

valued as (

    select
        additions.connection_id,
        additions.addition_id as contract_line_id,
        additions.agreement_id as contract_id,
        coalesce(contracts.customer_id, 'unassigned') as customer_id,
        additions.catalog_item_id as source_product_id,
        additions.product_code,
        coalesce(products.product_id, 'psa:' || additions.catalog_item_id) as product_id,
        coalesce(products.status, 'unmapped') as product_mapping_status,
        additions.description,
        case lower(additions.bill_customer)
            when 'billable' then 'billable'
            when 'nocharge' then 'no_charge'
            else 'do_not_bill'
        end as charge_mode,
        coalesce(contracts.currency_code, '{{ var("reporting_currency") }}') as currency_code,
        coalesce(products.units_per_item, 1) as units_per_item,
        coalesce(additions.quantity, 0) as quantity,
        coalesce(additions.included_quantity, 0) as included_quantity,
        {{ unit_share('additions.unit_price_amount', 'contracts.billing_interval_months') }}
            as unit_price_month_amount,
        {{ unit_share('additions.unit_cost_amount', 'contracts.billing_interval_months') }}
            as unit_cost_month_amount,
        contracts.billing_interval_months is not null as has_month_price,
        -- Active on a day: begun, and not cancelled on or before it; in an active contract.
        coalesce(contracts.is_active, false)
        and coalesce(additions.effective_date <= {{ as_of_date() }}, true)
        and coalesce(additions.cancelled_date > {{ as_of_date() }}, true) as is_active,
        additions.effective_date as start_date,
        additions.cancelled_date as end_date
    from additions
    left join contracts
        on additions.connection_id = contracts.connection_id
        and additions.agreement_id = contracts.contract_id
    left join products
        on additions.connection_id = products.connection_id
        and additions.catalog_item_id = products.source_product_id
    where {{ valid_at('additions') }}

),

-- What is included can use a line up and no more; a negative line takes items off the others.
billed as (

    select
        valued.*,
        case
            when charge_mode != 'billable' then 0
            when quantity < 0 then quantity
            else greatest(quantity - included_quantity, 0)
        end as billable_quantity
    from valued

),

final as (

    select
        connection_id,
        contract_line_id,
        contract_id,
        customer_id,
        source_product_id,
        product_id,
        product_code,
        product_mapping_status,
        description,
        charge_mode,
        currency_code,
        units_per_item,
        quantity,
        included_quantity,
        billable_quantity,
        cast(billable_quantity * units_per_item as decimal(19, 6)) as contracted_seats,
        unit_price_month_amount,
        unit_cost_month_amount,
        has_month_price,
        is_active,
        start_date,
        end_date
    from billed

)

select * from final
