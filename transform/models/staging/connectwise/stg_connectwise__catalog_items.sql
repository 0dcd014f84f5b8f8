with

source as (

    select *
    from {{ source('connectwise', 'catalog_items') }}

),

final as (

    select
        _connection_id as connection_id,
        id as catalog_item_id,
        identifier as product_code,
        description,
        product_class,
        category_name,
        type_name,
        manufacturer_name,
        manufacturer_part_number,
        vendor_name,
        vendor_sku,
        integration_xref as external_reference,
        recurring_cycle_type,
        price as unit_price_amount,
        cost as unit_cost_amount,
        recurring_revenue as recurring_revenue_amount,
        recurring_cost as recurring_cost_amount,
        not coalesce(inactive_flag, false) as is_active,
        coalesce(recurring_flag, false) as is_recurring,
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
