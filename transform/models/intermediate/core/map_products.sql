{{ config(materialized='table') }}

with

product_history as (

    select
        namespace, connection_id, source_product_id, code, product_name, vendor_name,
        part_number, product_id, units_per_item, status, method, valid_from_date, valid_to_date
    from {{ ref('hist_map__products') }}

),

final as (

    select
        namespace,
        connection_id,
        source_product_id,
        code,
        product_name,
        vendor_name,
        part_number,
        product_id,
        units_per_item,
        status,
        method
    from product_history
    where {{ valid_at('product_history') }}

)

select * from final
