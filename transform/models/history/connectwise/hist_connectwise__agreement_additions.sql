{{ history(
    source=ref('stg_connectwise__agreement_additions'),
    key=['connection_id', 'addition_id'],
    tracked=[
        'agreement_id', 'catalog_item_id', 'product_code', 'description',
        'bill_customer', 'agreement_status', 'quantity', 'included_quantity',
        'billed_quantity', 'unit_price_amount', 'unit_cost_amount', 'effective_date',
        'cancelled_date',
    ],
) }}
