with

privileged_users as (

    select
        tenant_id,
        user_id,
        user_principal_name,
        role_names,
        legs_unknown_reason,
        population,
        is_account_enabled,
        has_phishing_resistant_method
    from {{ ref('int_privileged_users_joined') }}

),

role_paths as (

    select
        tenant_id,
        registration_state,
        privileged_unknown_reason
    from {{ ref('int_role_paths_checked') }}

),

-- A blocked sign-in has no registration row; role_disabled_privileged watches those.
judged as (

    select
        privileged_users.tenant_id,
        privileged_users.user_id,
        privileged_users.user_principal_name,
        privileged_users.population,
        privileged_users.role_names,
        privileged_users.has_phishing_resistant_method,
        {{ first_reason([
            'privileged_users.legs_unknown_reason',
            'role_paths.registration_state',
            "(case when privileged_users.has_phishing_resistant_method is null"
            ~ " then 'no_registration_row' end)",
        ]) }} as unknown_reason
    from privileged_users
    inner join role_paths
        on privileged_users.tenant_id = role_paths.tenant_id
    where privileged_users.is_account_enabled

),

evaluated as (

    select
        tenant_id,
        user_id as subject_id,
        user_principal_name as subject_name,
        case
            when unknown_reason is not null then 'not_checked'
            when has_phishing_resistant_method then 'pass'
            else 'fail'
        end as status,
        unknown_reason as status_reason,
        case when not has_phishing_resistant_method then 'no phishing-resistant method' end
            as actual,
        {{ json_object_text({
            'population': 'population',
            'role_names': json_of_text('role_names'),
        }) }} as evidence
    from judged

),

{{ rule_gates(
    'role_paths', ['role_paths.privileged_unknown_reason', 'role_paths.registration_state']
) }},

{{ subject_rule(
    'mfa_privileged_not_phishing_resistant',
    'user',
    "'a passkey, Windows Hello or certificate'"
) }}
