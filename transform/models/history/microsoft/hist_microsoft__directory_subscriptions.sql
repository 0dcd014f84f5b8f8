{{ history(
    source=ref('stg_microsoft__directory_subscriptions'),
    key=['tenant_id', 'directory_subscription_id'],
    tracked=[
        'commerce_subscription_id', 'sku_id', 'sku_part_number', 'status', 'owner_id',
        'owner_type', 'owner_tenant_id', 'total_seats', 'is_trial', 'created_at',
        'next_lifecycle_at',
    ],
) }}
