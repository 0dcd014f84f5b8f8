{{ history(
    ref('stg_microsoft__security_defaults'),
    key=['tenant_id', 'policy_id'],
    tracked=[
        'policy_name',
        'is_enabled',
    ]
) }}
