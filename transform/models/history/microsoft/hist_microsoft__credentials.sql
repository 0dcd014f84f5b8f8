{{ history(
    ref('stg_microsoft__credentials'),
    key=['tenant_id', 'owner_kind', 'owner_id', 'credential_kind', 'key_id'],
    tracked=[
        'custom_key_identifier',
        'credential_name',
        'key_type',
        'key_usage',
        'started_at',
        'ends_at',
    ]
) }}
