with

assignments as (

    select
        tenant_id,
        principal_id,
        role_template_id,
        directory_scope,
        path,
        via_group_id,
        principal_type,
        principal_name,
        role_name,
        is_permanent,
        first_seen_date
    from {{ ref('int_role_assignments_classified') }}
    where is_privileged

),

users as (

    select
        tenant_id,
        user_id,
        display_name,
        is_guest,
        is_synced,
        is_account_enabled,
        is_break_glass
    from {{ ref('int_users_classified') }}

),

service_principals as (

    select
        tenant_id,
        service_principal_id,
        service_principal_name
    from {{ ref('stg_microsoft__service_principals') }}

),

verdicts as (

    select
        tenant_id,
        user_id,
        verdict,
        has_phishing_resistant_method
    from {{ ref('int_mfa_verdicts_decided') }}

),

tenants as (

    select
        tenant_id,
        customer_id,
        customer_name
    from {{ ref('dim_tenants') }}

),

final as (

    select
        assignments.tenant_id,
        assignments.principal_id,
        assignments.role_template_id,
        assignments.directory_scope,
        assignments.path,
        assignments.via_group_id,
        tenants.customer_id,
        tenants.customer_name,
        assignments.principal_type,
        coalesce(
            users.display_name,
            assignments.principal_name,
            service_principals.service_principal_name
        ) as principal_name,
        assignments.role_name,
        users.is_guest,
        users.is_synced,
        users.is_account_enabled,
        coalesce(users.is_break_glass, false) as is_break_glass,
        verdicts.verdict as mfa_verdict,
        verdicts.has_phishing_resistant_method,
        assignments.first_seen_date,
        assignments.is_permanent
    from assignments
    inner join tenants
        on assignments.tenant_id = tenants.tenant_id
    -- Object ids are unique in a tenant, whatever the kind.
    left join users
        on assignments.tenant_id = users.tenant_id
        and assignments.principal_id = users.user_id
    left join service_principals
        on assignments.tenant_id = service_principals.tenant_id
        and assignments.principal_id = service_principals.service_principal_id
    left join verdicts
        on users.tenant_id = verdicts.tenant_id
        and users.user_id = verdicts.user_id

)

select * from final
