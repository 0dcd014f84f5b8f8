{{ history(
    source=ref('stg_microsoft__subscribed_skus'),
    key=['tenant_id', 'sku_id'],
    tracked=[
        'sku_part_number', 'applies_to', 'capability_status', 'enabled_seats', 'warning_seats',
        'suspended_seats', 'locked_out_seats', 'consumed_seats', 'service_plans',
        'subscription_ids',
    ],
) }}
