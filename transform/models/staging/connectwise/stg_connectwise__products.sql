with

source as (

    select *
    from {{ source('connectwise', 'products') }}

),

final as (

    select
        _connection_id as connection_id,
        id as product_line_id,
        catalog_item_id,
        company_id,
        agreement_id,
        invoice_id,
        catalog_item_identifier as product_code,
        description,
        billable_option,
        product_class,
        vendor_sku,
        recurring_cycle_type,
        quantity,
        quantity_cancelled as cancelled_quantity,
        price as unit_price_amount,
        cost as unit_cost_amount,
        discount as discount_amount,
        agreement_amount,
        recurring_recurring_revenue as recurring_revenue_amount,
        recurring_recurring_cost as recurring_cost_amount,
        recurring_cycles as recurring_cycle_count,
        coalesce(cancelled_flag, false) as is_cancelled,
        purchase_date,
        recurring_start_date as service_start_date,
        {{ exclusive_end('recurring_end_date') }} as service_end_date,
        info_last_updated as updated_at,
        is_removed,
        _as_of_date,
        _extracted_at as extracted_at,
        removed_at,
        _run_id,
        _dlt_load_id
    from source

)

select * from final
