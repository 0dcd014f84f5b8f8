with

verdicts as (

    select
        tenant_id,
        user_id,
        user_principal_name,
        display_name,
        population,
        methods,
        enforced_by,
        enforcing_policy_ids,
        excluded_by_policy_ids,
        verdict,
        verdict_reason,
        is_in_scope,
        is_account_enabled,
        is_privileged,
        is_mfa_registered,
        is_mfa_capable,
        has_phishing_resistant_method,
        has_only_weak_methods,
        evidence_at
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
        verdicts.tenant_id,
        verdicts.user_id,
        tenants.customer_id,
        tenants.customer_name,
        {{ as_of_date() }} as as_of_date,
        coalesce(verdicts.user_principal_name, verdicts.user_id) as user_principal_name,
        verdicts.display_name,
        verdicts.population,
        verdicts.is_in_scope,
        verdicts.is_account_enabled,
        verdicts.is_privileged,
        verdicts.is_mfa_registered,
        verdicts.is_mfa_capable,
        verdicts.methods,
        verdicts.has_phishing_resistant_method,
        verdicts.has_only_weak_methods,
        verdicts.enforced_by,
        verdicts.enforcing_policy_ids,
        verdicts.excluded_by_policy_ids,
        verdicts.verdict,
        verdicts.verdict_reason,
        verdicts.evidence_at
    from verdicts
    inner join tenants
        on verdicts.tenant_id = tenants.tenant_id

)

select * from final
