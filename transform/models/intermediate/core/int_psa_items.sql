with

catalog_items as (

    select
        connection_id, catalog_item_id, product_code, description, manufacturer_name,
        manufacturer_part_number, vendor_sku, external_reference
    from {{ ref('stg_connectwise__catalog_items') }}

),

additions as (

    select connection_id, catalog_item_id, product_code, description
    from {{ ref('stg_connectwise__agreement_additions') }}

),

product_lines as (

    select connection_id, catalog_item_id, product_code, description, vendor_sku
    from {{ ref('stg_connectwise__products') }}

),

-- Items that a line names and the catalogue does not: it may have failed, or the item is gone.
uncatalogued as (

    select connection_id, catalog_item_id, product_code, description, vendor_sku
    from (
        select
            connection_id, catalog_item_id, product_code, description,
            cast(null as varchar) as vendor_sku
        from additions
        union all
        select connection_id, catalog_item_id, product_code, description, vendor_sku
        from product_lines
    ) as line_items
    where catalog_item_id is not null

),

named as (

    select
        connection_id, catalog_item_id, product_code, description, manufacturer_name,
        manufacturer_part_number, vendor_sku, external_reference
    from catalog_items

    union all

    select
        uncatalogued.connection_id,
        uncatalogued.catalog_item_id,
        max(uncatalogued.product_code) as product_code,
        max(uncatalogued.description) as description,
        cast(null as varchar) as manufacturer_name,
        cast(null as varchar) as manufacturer_part_number,
        max(uncatalogued.vendor_sku) as vendor_sku,
        cast(null as varchar) as external_reference
    from uncatalogued
    left join catalog_items
        on uncatalogued.connection_id = catalog_items.connection_id
        and uncatalogued.catalog_item_id = catalog_items.catalog_item_id
    where catalog_items.catalog_item_id is null
    group by uncatalogued.connection_id, uncatalogued.catalog_item_id

),

final as (

    select
        'psa' as namespace,
        connection_id,
        catalog_item_id as source_product_id,
        coalesce(product_code, catalog_item_id) as product_code,
        coalesce(description, product_code, catalog_item_id) as product_name,
        manufacturer_name as vendor_name,
        vendor_sku,
        manufacturer_part_number,
        external_reference,
        coalesce(
            {{ commerce_part_number('vendor_sku') }},
            {{ commerce_part_number('manufacturer_part_number') }},
            {{ commerce_part_number('external_reference') }}
        ) as part_number
    from named

)

select * from final
