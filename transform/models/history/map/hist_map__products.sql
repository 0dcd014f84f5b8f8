{{ history_of_state(
    source=ref('int_products_matched'),
    key=['namespace', 'connection_id', 'source_product_id'],
    tracked=[
        'code', 'product_name', 'vendor_name', 'part_number', 'product_id', 'units_per_item',
        'status', 'method',
    ],
) }}
