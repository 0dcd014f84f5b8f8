{{ history(
    ref('stg_microsoft__group_members'),
    key=['tenant_id', 'group_id', 'member_id'],
    tracked=[
        'member_odata_type',
    ]
) }}
