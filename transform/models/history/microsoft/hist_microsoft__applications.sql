{{ history(
    ref('stg_microsoft__applications'),
    key=['tenant_id', 'application_id'],
    tracked=[
        'app_id',
        'application_name',
        'disabled_by_microsoft_status',
    ]
) }}
