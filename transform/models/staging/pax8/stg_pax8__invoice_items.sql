with

source as (

    select *
    from {{ source('pax8', 'invoice_items') }}

),

final as (

    select
        _connection_id as connection_id,
        lower(invoice_id) as invoice_id,
        item_key,
        lower(company_id) as company_id,
        lower(product_id) as product_id,
        lower(subscription_id) as subscription_id,
        external_id,
        type as item_type,
        term as billing_term,
        nullif(sku, '') as distributor_sku,
        description,
        company_name,
        product_name,
        vendor_name,
        unit_of_measure,
        rate_type,
        charge_type,
        offered_by,
        upper(nullif(currency_code, '')) as currency_code,
        ordinal as item_ordinal,
        quantity,
        cost as unit_cost_amount,
        cost_total as cost_amount,
        price as unit_price_amount,
        sub_total as customer_subtotal_amount,
        total as customer_total_amount,
        amount_due as due_amount,
        sales_tax as tax_amount,
        billed_by_pax8 as is_billed_by_distributor,
        start_period as period_start_date,
        {{ exclusive_end_mixed('start_period', 'end_period') }} as period_end_date,
        is_removed,
        _as_of_date,
        _extracted_at as extracted_at,
        removed_at,
        _run_id,
        _dlt_load_id
    from source

)

select * from final
