{{ config(materialized='table') }}

with

privileged_users as (

    select
        tenant_id,
        user_id,
        role_names,
        is_global_administrator
    from {{ ref('int_privileged_users_aggregated') }}

),

users as (

    select
        tenant_id,
        user_id,
        is_guest,
        is_synced,
        is_break_glass
    from {{ ref('int_users_classified') }}

),

verdicts as (

    select
        tenant_id,
        user_id,
        user_principal_name,
        population,
        is_account_enabled,
        has_phishing_resistant_method
    from {{ ref('int_mfa_verdicts_decided') }}

),

role_paths as (

    select
        tenant_id,
        legs_unknown_reason
    from {{ ref('int_role_paths_checked') }}

),

final as (

    select
        privileged_users.tenant_id,
        privileged_users.user_id,
        verdicts.user_principal_name,
        verdicts.population,
        privileged_users.role_names,
        role_paths.legs_unknown_reason,
        privileged_users.is_global_administrator,
        users.is_guest,
        users.is_synced,
        verdicts.is_account_enabled,
        users.is_break_glass,
        verdicts.has_phishing_resistant_method
    from privileged_users
    inner join users
        on privileged_users.tenant_id = users.tenant_id
        and privileged_users.user_id = users.user_id
    inner join verdicts
        on privileged_users.tenant_id = verdicts.tenant_id
        and privileged_users.user_id = verdicts.user_id
    inner join role_paths
        on privileged_users.tenant_id = role_paths.tenant_id

)

select * from final
