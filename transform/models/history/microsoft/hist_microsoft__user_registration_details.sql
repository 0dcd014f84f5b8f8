{{ history(
    ref('stg_microsoft__user_registration_details'),
    key=['tenant_id', 'user_id'],
    tracked=[
        'user_type',
        'user_preferred_method',
        'system_preferred_methods',
        'methods_registered',
        'is_admin',
        'is_mfa_registered',
        'is_mfa_capable',
        'is_passwordless_capable',
        'is_sspr_registered',
        'is_sspr_enabled',
        'is_sspr_capable',
        'is_system_preferred_enabled',
    ]
) }}
