{{ history(
    ref('stg_microsoft__users'),
    key=['tenant_id', 'user_id'],
    tracked=[
        'user_principal_name',
        'display_name',
        'mail',
        'user_type',
        'creation_type',
        'external_user_state',
        'usage_location',
        'assigned_licenses',
        'is_account_enabled',
        'is_synced',
        'created_at',
        'external_user_state_changed_at',
    ]
) }}
