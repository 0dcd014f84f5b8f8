{{ history_of_state(
    ref('int_posture_results_joined'),
    key=['finding_id'],
    tracked=[
        'rule_id',
        'tenant_id',
        'subject_type',
        'subject_id',
        'subject_name',
        'status',
        'status_reason',
        'expected',
        'actual',
        'evidence',
        'rule_version',
        'is_rest_judged',
        'is_shown',
    ]
) }}
