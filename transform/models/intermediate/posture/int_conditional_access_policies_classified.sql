{{ config(materialized='table') }}

with

policies as (

    select
        tenant_id,
        policy_id,
        policy_name,
        policy_state,
        conditions
    from {{ ref('hist_microsoft__conditional_access_policies') }} as known
    where {{ valid_at('known') }}

),

lists as (

    select
        tenant_id,
        policy_id,
        list_name,
        item
    from {{ ref('int_conditional_access_lists_unnested') }}

),

grants as (

    select
        tenant_id,
        policy_id,
        demand,
        weaker_controls,
        stops_other_clients,
        stops_activesync
    from {{ ref('int_conditional_access_grants_classified') }}

),

list_facts as (

    select
        policies.tenant_id,
        policies.policy_id,
        {{ policy_list_has('include_users', 'all') }} as includes_all_users,
        -- Words other than these two stand for agents or for what is not known: no user.
        {{ any_row("(lists.list_name in ('include_groups', 'include_roles')"
            ~ " and lists.item <> 'none') or (lists.list_name = 'include_users' and ("
            ~ "lists.item in ('all', 'guestsorexternalusers') or lists.item like '%-%'))") }}
            as includes_someone,
        {{ policy_list_is_used('include_groups') }} as has_include_groups,
        {{ policy_list_is_used('exclude_groups') }} as has_exclude_groups,
        {{ policy_list_is_used('include_roles') }} as has_include_roles,
        {{ policy_list_is_used('exclude_roles') }} as has_exclude_roles,
        {{ policy_list_has('include_apps', 'all') }} as includes_all_apps,
        {{ policy_list_is_used('service_principals') }}
        or {{ policy_list_is_used('exclude_service_principals') }} as names_service_principals,
        not {{ policy_list_is_used('client_app_types') }}
        or {{ policy_list_has('client_app_types', 'all') }} as reaches_all_clients,
        {{ policy_list_has('client_app_types', 'exchangeactivesync') }} as reaches_activesync,
        {{ policy_list_has('client_app_types', 'other') }} as reaches_other_clients,
        {{ policy_list_is_used('sign_in_risk_levels') }} as is_limited_to_sign_in_risk,
        {{ policy_list_is_used('user_risk_levels') }} as is_limited_to_user_risk,
        {{ policy_list_is_used('service_principal_risk_levels') }} as names_workload_risk,
        {{ any_row("lists.list_name in ("
            ~ "'include_platforms', 'exclude_platforms', 'include_locations', 'exclude_locations')"
            ~ " and lists.item <> 'all'") }} as has_places_or_platforms
    from policies
    left join lists
        on policies.tenant_id = lists.tenant_id
        and policies.policy_id = lists.policy_id
    group by policies.tenant_id, policies.policy_id

),

scalars as (

    select
        tenant_id,
        policy_id,
        policy_name,
        policy_state,
        {%- for side in ['include', 'exclude'] %}
        {%- set outsiders = 'users.' ~ side ~ 'GuestsOrExternalUsers' %}
        {{ json_text('conditions', outsiders ~ '.guestOrExternalUserTypes') }}
            as {{ side }}_external_types,
        coalesce(
            lower({{ json_text('conditions', outsiders ~ '.externalTenants.membershipKind') }})
            not in ('', 'all'),
            false
        ) as {{ side }}s_some_external_tenants,
        {%- endfor %}
        -- Beside the list of apps, a rule over their attributes can leave some out.
        nullif({{ json_text('conditions', 'applications.applicationFilter.rule') }}, '') is not null
            as has_app_filter,
        nullif({{ json_text('conditions', 'devices.deviceFilter.rule') }}, '') is not null
        or {{ policy_has_unlisted(['devices.deviceFilter.unlisted', 'devices.unlisted']) }}
            as has_device_filter,
        coalesce(
            nullif({{ json_text('conditions', 'authenticationFlows.transferMethods') }}, ''), 'none'
        ) <> 'none'
        or {{ policy_has_unlisted(['authenticationFlows.unlisted']) }} as is_limited_to_flow,
        nullif({{ json_text('conditions', 'insiderRiskLevels') }}, '') is not null
            as is_limited_to_insider_risk,
        nullif({{ json_text('conditions', 'clientApplications.servicePrincipalFilter.rule') }}, '')
            is not null
        or {{ policy_has_unlisted([
            'clientApplications.unlisted', 'clientApplications.servicePrincipalFilter.unlisted'
        ]) }} as names_workloads,
        {{ policy_has_unlisted([
            'unlisted', 'users.unlisted', 'applications.unlisted', 'platforms.unlisted',
            'locations.unlisted', 'applications.applicationFilter.unlisted',
            'users.includeGuestsOrExternalUsers.unlisted',
            'users.excludeGuestsOrExternalUsers.unlisted',
            'users.includeGuestsOrExternalUsers.externalTenants.unlisted',
            'users.excludeGuestsOrExternalUsers.externalTenants.unlisted',
        ]) }} as has_unlisted
    from policies

),

joined as (

    select
        scalars.*,
        list_facts.includes_all_users,
        list_facts.has_include_groups,
        list_facts.has_exclude_groups,
        list_facts.has_include_roles,
        list_facts.has_exclude_roles,
        list_facts.includes_all_apps,
        list_facts.reaches_all_clients,
        list_facts.reaches_activesync,
        list_facts.reaches_other_clients,
        list_facts.is_limited_to_sign_in_risk,
        list_facts.is_limited_to_user_risk,
        list_facts.has_places_or_platforms,
        not (
            list_facts.names_service_principals
            or list_facts.names_workload_risk
            or scalars.names_workloads
        )
        and (
            list_facts.includes_someone
            or coalesce(nullif(scalars.include_external_types, ''), 'none') <> 'none'
        ) as targets_someone,
        grants.demand,
        grants.weaker_controls,
        grants.stops_other_clients,
        grants.stops_activesync
    from scalars
    inner join list_facts
        on scalars.tenant_id = list_facts.tenant_id
        and scalars.policy_id = list_facts.policy_id
    inner join grants
        on scalars.tenant_id = grants.tenant_id
        and scalars.policy_id = grants.policy_id

),

final as (

    select
        tenant_id,
        policy_id,
        policy_name,
        policy_state,
        case when demand in ('mfa', 'external') then demand else 'none' end as mfa_grant,
        demand,
        include_external_types,
        exclude_external_types,
        weaker_controls,
        case
            when is_limited_to_sign_in_risk then 'sign_in_risk'
            when is_limited_to_user_risk then 'user_risk'
            when is_limited_to_insider_risk then 'insider_risk'
            when has_device_filter then 'device_filter'
            when is_limited_to_flow then 'authentication_flow'
            when has_unlisted then 'unknown_condition'
            when has_app_filter then 'application_filter'
        end as narrowed_by,
        policy_state = 'enabled' as is_enabled,
        targets_someone,
        -- What it can do to a sign-in: block it, be it that the client can show no terms, or ask
        -- for more than a password.
        policy_state = 'enabled' and targets_someone
        and (
            demand in ('block', 'mfa', 'external', 'other')
            or (demand = 'terms' and stops_activesync)
        ) as is_at_work,
        -- Asks for more than a password and a click.
        policy_state = 'enabled' and targets_someone
        and demand in ('mfa', 'external', 'other') as is_asking,
        includes_all_users,
        has_include_groups,
        has_exclude_groups,
        has_include_roles,
        has_exclude_roles,
        includes_some_external_tenants,
        excludes_some_external_tenants,
        includes_all_apps,
        stops_other_clients,
        stops_activesync,
        targets_someone
        and includes_all_users
        and includes_all_apps
        and not has_places_or_platforms
        and not (is_limited_to_sign_in_risk or is_limited_to_user_risk)
        and not (is_limited_to_insider_risk or has_device_filter or is_limited_to_flow)
        and not (has_unlisted or has_app_filter)
        and (reaches_all_clients or (reaches_activesync and reaches_other_clients))
        and (demand = 'block' or (stops_other_clients and stops_activesync))
            as blocks_legacy_clients,
        reaches_all_clients
        and not has_places_or_platforms
        and not (is_limited_to_sign_in_risk or is_limited_to_user_risk)
        and not (is_limited_to_insider_risk or has_device_filter or is_limited_to_flow)
        and not has_unlisted as is_unconditional
    from joined

)

select * from final
