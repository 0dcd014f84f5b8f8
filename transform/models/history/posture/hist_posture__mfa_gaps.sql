{{ history_of_state(
    ref('int_mfa_gaps_named'),
    key=['gap_id'],
    tracked=['tenant_id', 'gap_kind', 'gap_subject']
) }}
