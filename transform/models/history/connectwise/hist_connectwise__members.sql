{{ history(
    source=ref('stg_connectwise__members'),
    key=['connection_id', 'member_id'],
    tracked=[
        'time_zone_name', 'hourly_cost_amount', 'hourly_rate_amount', 'is_active',
    ],
) }}
