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

-- A member whom no policy names, at any app, client, platform and place that none names. Whom the
-- policies exclude by name is the matter of another rule.
cells as (

    select
        tenant_id,
        cell_state
    from {{ ref('int_conditional_access_cells_judged') }}
    where
        scope_id = 'everyone'
        and app_class = '*'
        and platform_class = '*'
        and location_class = '*'

),

everyone as (

    select
        tenant_id,
        count(*) as cell_count,
        count(case when cell_state = 'protected' then 1 end) as protected_count,
        count(case when cell_state = 'external' then 1 end) as external_count,
        {{ any_row("cell_state = 'weaker'") }} as is_weaker,
        {{ any_row("cell_state = 'conditional'") }} as is_conditional
    from cells
    group by tenant_id

),

judged as (

    select
        tenant_policies.tenant_id,
        tenant_policies.policies_unknown_reason,
        tenant_policies.security_defaults_unknown_reason,
        tenant_policies.are_security_defaults_on,
        tenant_policies.are_policies_at_work
        and coalesce(everyone.protected_count = everyone.cell_count, false) as is_asked_of_all,
        tenant_policies.are_policies_at_work
        and coalesce(
            everyone.external_count > 0
            and everyone.protected_count + everyone.external_count = everyone.cell_count,
            false
        ) as is_asked_externally,
        coalesce(everyone.is_weaker, false) as is_weaker,
        coalesce(everyone.is_conditional, false) as is_conditional
    from tenant_policies
    left join everyone
        on tenant_policies.tenant_id = everyone.tenant_id

),

evaluated as (

    select
        tenant_id,
        case
            when is_asked_of_all or are_security_defaults_on then 'pass'
            when
                policies_unknown_reason is not null
                or security_defaults_unknown_reason is not null
                or is_asked_externally
                then 'not_checked'
            else 'fail'
        end as status,
        case
            when not is_asked_of_all and not are_security_defaults_on
                then {{ first_reason([
                    'policies_unknown_reason',
                    'security_defaults_unknown_reason',
                    "(case when is_asked_externally then 'external_mfa' end)",
                ]) }}
        end as status_reason,
        case
            when is_asked_of_all then 'policy'
            when are_security_defaults_on then 'security defaults'
            when is_asked_externally then 'policy that asks for another vendor''s factor'
            when
                policies_unknown_reason is not null
                or security_defaults_unknown_reason is not null
                then null
            when is_weaker then 'a control that is weaker than MFA will do'
            when is_conditional then 'in some circumstances only'
            else 'none'
        end as actual,
        {{ json_object_text({
            'is_asked_of_all': 'is_asked_of_all',
            'are_security_defaults_on': 'are_security_defaults_on',
        }) }} as evidence
    from judged

),

{{ tenant_rule(
    'ca_no_mfa_for_all',
    "'enabled policies that together require MFA of everybody for any app, or security defaults'"
) }}
