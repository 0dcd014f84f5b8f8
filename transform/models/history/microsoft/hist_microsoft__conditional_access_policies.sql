{{ history(
    ref('stg_microsoft__conditional_access_policies'),
    key=['tenant_id', 'policy_id'],
    tracked=[
        'policy_name',
        'policy_state',
        'template_id',
        'conditions',
        'grant_controls',
        'created_at',
        'modified_at',
    ]
) }}
