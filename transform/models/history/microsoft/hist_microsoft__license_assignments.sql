{{ history(
    source=ref('stg_microsoft__license_assignments'),
    key=['tenant_id', 'user_id', 'sku_id', 'assigned_by_group'],
    tracked=['assignment_state', 'assignment_error', 'disabled_plans', 'last_updated_at'],
) }}
