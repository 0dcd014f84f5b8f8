with

catalog_items as (

    select
        connection_id, catalog_item_id, product_code, description, category_name, product_class,
        manufacturer_part_number, vendor_sku, external_reference, unit_price_amount,
        unit_cost_amount, is_active, is_recurring
    from {{ ref('stg_connectwise__catalog_items') }}
    where not is_removed

),

products as (

    select connection_id, source_product_id, product_id, units_per_item, status
    from {{ ref('map_products') }}
    where namespace = 'psa'

),

connections as (

    select vendor, connection_id, base_currency_code
    from {{ ref('stg_config__connections') }}

),

final as (

    select
        catalog_items.connection_id,
        catalog_items.catalog_item_id as source_product_id,
        coalesce(products.product_id, 'psa:' || catalog_items.catalog_item_id) as product_id,
        catalog_items.product_code,
        coalesce(products.status, 'unmapped') as product_mapping_status,
        catalog_items.description,
        catalog_items.category_name,
        catalog_items.product_class,
        catalog_items.vendor_sku,
        catalog_items.manufacturer_part_number,
        catalog_items.external_reference,
        -- The catalogue is kept in the currency of the whole system.
        coalesce(connections.base_currency_code, '{{ var("reporting_currency") }}')
            as currency_code,
        coalesce(products.units_per_item, 1) as units_per_item,
        catalog_items.unit_price_amount as unit_price_month_amount,
        catalog_items.unit_cost_amount as unit_cost_month_amount,
        catalog_items.is_active,
        catalog_items.is_recurring
    from catalog_items
    left join products
        on catalog_items.connection_id = products.connection_id
        and catalog_items.catalog_item_id = products.source_product_id
    left join connections
        on catalog_items.connection_id = connections.connection_id
        and connections.vendor = 'connectwise'

)

select * from final
