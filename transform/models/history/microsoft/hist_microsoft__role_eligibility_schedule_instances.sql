{{ history(
    ref('stg_microsoft__role_eligibility_schedule_instances'),
    key=['tenant_id', 'schedule_instance_id'],
    tracked=[
        'principal_id',
        'role_definition_id',
        'directory_scope',
        'principal_odata_type',
        'principal_name',
        'member_type',
        'started_at',
        'ends_at',
    ]
) }}
