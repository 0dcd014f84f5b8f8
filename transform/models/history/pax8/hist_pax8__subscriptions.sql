{{ history(
    source=ref('stg_pax8__subscriptions'),
    key=['connection_id', 'subscription_id'],
    tracked=[
        'company_id', 'product_id', 'parent_subscription_id', 'vendor_subscription_id',
        'vendor_sku', 'product_name', 'subscription_status', 'billing_term',
        'commitment_term', 'currency_code', 'quantity', 'unit_price_amount',
        'unit_cost_amount', 'start_date', 'end_date', 'billing_start_date',
        'term_end_date', 'created_at',
    ],
) }}
