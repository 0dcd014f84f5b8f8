{{ history(
    ref('stg_microsoft__role_assignments'),
    key=['tenant_id', 'role_assignment_id'],
    tracked=[
        'principal_id',
        'role_definition_id',
        'directory_scope',
        'principal_odata_type',
        'principal_name',
    ]
) }}
