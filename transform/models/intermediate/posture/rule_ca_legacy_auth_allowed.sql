with

tenant_policies as (

    select
        tenant_id,
        policies_unknown_reason,
        security_defaults_unknown_reason,
        are_policies_at_work,
        are_security_defaults_on
    from {{ ref('int_tenant_mfa_policies_aggregated') }}

),

legs as (

    select
        tenant_id,
        users_state
    from {{ ref('int_tenant_legs_pivoted') }}

),

users as (

    select
        tenant_id,
        user_id
    from {{ ref('int_users_classified') }}
    where population = 'member'

),

assigned as (

    select
        tenant_id,
        user_id,
        scope_id
    from {{ ref('int_conditional_access_scopes_assigned') }}

),

cells as (

    select
        tenant_id,
        scope_id,
        cell_state,
        unknown_rank
    from {{ ref('int_conditional_access_cells_judged') }}
    where is_legacy

),

-- Clients that know no second factor are kept out by a block and by asking for one.
scopes as (

    select
        tenant_id,
        scope_id,
        {{ any_row("cell_state not in ('protected', 'unknown')") }} as is_allowed,
        min(unknown_rank) as unknown_rank
    from cells
    group by tenant_id, scope_id

),

accounts as (

    select
        users.tenant_id,
        count(*) as account_count,
        count(case when coalesce(scopes.is_allowed, true) then 1 end) as allowed_count,
        min(scopes.unknown_rank) as unknown_rank
    from users
    left join assigned
        on users.tenant_id = assigned.tenant_id
        and users.user_id = assigned.user_id
    left join scopes
        on assigned.tenant_id = scopes.tenant_id
        and assigned.scope_id = scopes.scope_id
    group by users.tenant_id

),

judged as (

    select
        tenant_policies.tenant_id,
        tenant_policies.are_security_defaults_on,
        coalesce(accounts.account_count, 0) as account_count,
        case
            when accounts.tenant_id is null then 0
            when tenant_policies.are_policies_at_work then accounts.allowed_count
            else accounts.account_count
        end as allowed_count,
        {{ first_reason([
            'tenant_policies.policies_unknown_reason',
            'tenant_policies.security_defaults_unknown_reason',
            'legs.users_state',
        ]) }} as tenant_reason,
        {{ reason_of_rank('accounts.unknown_rank') }} as account_reason
    from tenant_policies
    inner join legs
        on tenant_policies.tenant_id = legs.tenant_id
    left join accounts
        on tenant_policies.tenant_id = accounts.tenant_id

),

evaluated as (

    select
        tenant_id,
        case
            when are_security_defaults_on then 'pass'
            when tenant_reason is not null then 'not_checked'
            when allowed_count > 0 then 'fail'
            when account_reason is not null then 'not_checked'
            else 'pass'
        end as status,
        case
            when are_security_defaults_on then null
            when tenant_reason is not null then tenant_reason
            when allowed_count = 0 then account_reason
        end as status_reason,
        case
            when are_security_defaults_on then 'security defaults'
            when tenant_reason is not null then null
            when allowed_count = 1 then '1 account can'
            when allowed_count > 0 then cast(allowed_count as varchar) || ' accounts can'
            when account_reason is null then 'no account can'
        end as actual,
        {{ json_object_text({
            'account_count': 'account_count',
            'allowed_account_count': 'allowed_count',
            'are_security_defaults_on': 'are_security_defaults_on',
        }) }} as evidence
    from judged

),

{{ tenant_rule(
    'ca_legacy_auth_allowed',
    "'no account but break-glass can sign in with a legacy client'"
) }}
