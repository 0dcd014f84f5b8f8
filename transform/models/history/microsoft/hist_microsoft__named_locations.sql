{{ history(
    ref('stg_microsoft__named_locations'),
    key=['tenant_id', 'location_id'],
    tracked=[
        'location_name',
        'location_odata_type',
        'is_trusted',
    ]
) }}
