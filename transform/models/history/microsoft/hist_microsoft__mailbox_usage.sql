{{ history(
    ref('stg_microsoft__mailbox_usage'),
    key=['tenant_id', 'sign_in_name'],
    tracked=[
        'recipient_type',
        'is_deleted',
    ]
) }}
