{{ config(materialized='table') }}

with

policies as (

    select
        tenant_id,
        policy_id,
        policy_name,
        policy_state,
        conditions,
        grant_controls
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

list_facts as (

    select
        policies.tenant_id,
        policies.policy_id,
        {{ policy_list_has('include_users', 'all') }} as includes_all_users,
        {{ any_row("lists.list_name in ('include_users', 'include_groups', 'include_roles')"
            ~ " and lists.item <> 'none'") }} as includes_someone,
        {{ policy_list_is_used('include_groups') }} as has_include_groups,
        {{ policy_list_is_used('exclude_groups') }} as has_exclude_groups,
        {{ policy_list_is_used('include_roles') }} as has_include_roles,
        {{ policy_list_is_used('exclude_roles') }} as has_exclude_roles,
        {{ policy_list_has('include_apps', 'all') }} as includes_all_apps,
        {{ policy_list_is_used('exclude_apps') }} as has_exclude_apps,
        {{ policy_list_is_used('service_principals') }} as is_for_workloads,
        not {{ policy_list_is_used('client_app_types') }}
        or {{ policy_list_has('client_app_types', 'all') }}
        or (
            {{ policy_list_has('client_app_types', 'browser') }}
            and {{ policy_list_has('client_app_types', 'mobileappsanddesktopclients') }}
            and {{ policy_list_has('client_app_types', 'exchangeactivesync') }}
            and {{ policy_list_has('client_app_types', 'other') }}
        ) as reaches_all_clients,
        not {{ policy_list_is_used('client_app_types') }}
        or {{ policy_list_has('client_app_types', 'all') }}
        or (
            {{ policy_list_has('client_app_types', 'exchangeactivesync') }}
            and {{ policy_list_has('client_app_types', 'other') }}
        ) as reaches_legacy_clients,
        not {{ policy_list_is_used('exclude_platforms') }}
        and (
            not {{ policy_list_is_used('include_platforms') }}
            or {{ policy_list_has('include_platforms', 'all') }}
        ) as reaches_all_platforms,
        not {{ policy_list_is_used('exclude_locations') }}
        and (
            not {{ policy_list_is_used('include_locations') }}
            or {{ policy_list_has('include_locations', 'all') }}
        ) as reaches_all_locations,
        {{ policy_list_is_used('sign_in_risk_levels') }}
        or {{ policy_list_is_used('user_risk_levels') }} as is_limited_to_risk,
        {{ policy_list_has('controls', 'block') }} as is_block,
        {{ policy_list_has('controls', 'mfa') }} as has_mfa_control,
        {{ policy_list_is_used('external_factors') }} as has_external_factor,
        {{ any_row("(lists.list_name = 'controls' and lists.item <> 'mfa')"
            ~ " or lists.list_name = 'terms_of_use'") }} as has_other_control
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
        policy_state = 'enabled' as is_enabled,
        {{ json_text('conditions', 'users.includeGuestsOrExternalUsers.guestOrExternalUserTypes') }}
            as include_external_types,
        {{ json_text('conditions', 'users.excludeGuestsOrExternalUsers.guestOrExternalUserTypes') }}
            as exclude_external_types,
        -- Beside the list of apps, a rule over their attributes can leave some out.
        nullif({{ json_text('conditions', 'applications.applicationFilter.rule') }}, '') is not null
            as has_app_filter,
        nullif({{ json_text('conditions', 'devices.deviceFilter.rule') }}, '') is not null
        or coalesce(
            nullif({{ json_text('conditions', 'authenticationFlows.transferMethods') }}, ''), 'none'
        ) <> 'none'
        or nullif({{ json_text('conditions', 'insiderRiskLevels') }}, '') is not null
            as is_limited_to_circumstances,
        coalesce(upper({{ json_text('grant_controls', 'operator') }}), 'OR') = 'AND'
            as needs_all_controls,
        {{ json_text('grant_controls', 'authenticationStrength.id') }} is not null as has_strength,
        coalesce(
            {{ json_text('grant_controls', 'authenticationStrength.requirementsSatisfied') }}
            like '%mfa%',
            false
        ) as has_mfa_strength
    from policies

),

grants as (

    select
        scalars.tenant_id,
        scalars.policy_id,
        list_facts.has_mfa_control or scalars.has_mfa_strength as has_mfa,
        list_facts.has_other_control or (scalars.has_strength and not scalars.has_mfa_strength)
            as has_weaker_control
    from scalars
    inner join list_facts
        on scalars.tenant_id = list_facts.tenant_id
        and scalars.policy_id = list_facts.policy_id

),

demanding as (

    select
        scalars.tenant_id,
        scalars.policy_id,
        scalars.policy_name,
        scalars.policy_state,
        -- With OR, the weakest control is what the policy requires.
        case
            when list_facts.is_block then 'block'
            when grants.has_mfa and scalars.needs_all_controls then 'mfa'
            when
                grants.has_mfa
                and not grants.has_weaker_control
                and not list_facts.has_external_factor
                then 'mfa'
            when list_facts.has_external_factor and scalars.needs_all_controls then 'external'
            when list_facts.has_external_factor and not grants.has_weaker_control then 'external'
            when grants.has_mfa or grants.has_weaker_control or list_facts.has_external_factor
                then 'other'
            else 'none'
        end as demand,
        scalars.include_external_types,
        scalars.exclude_external_types,
        scalars.is_enabled,
        not list_facts.is_for_workloads
        and (
            list_facts.includes_someone
            or coalesce(scalars.include_external_types, 'none') <> 'none'
        ) as targets_someone,
        list_facts.includes_all_users,
        list_facts.has_include_groups,
        list_facts.has_exclude_groups,
        list_facts.has_include_roles,
        list_facts.has_exclude_roles,
        list_facts.includes_all_apps,
        list_facts.includes_all_apps
        and not list_facts.has_exclude_apps
        and not scalars.has_app_filter as covers_all_apps,
        -- Who is left out is the matter of another rule; a block of some users blocks no protocol.
        list_facts.is_block
        and not list_facts.is_for_workloads
        and list_facts.includes_all_users
        and list_facts.includes_all_apps
        and list_facts.reaches_legacy_clients
        and list_facts.reaches_all_platforms
        and list_facts.reaches_all_locations
        and not list_facts.is_limited_to_risk
        and not scalars.is_limited_to_circumstances as blocks_legacy_clients,
        list_facts.reaches_all_clients
        and list_facts.reaches_all_platforms
        and list_facts.reaches_all_locations
        and not list_facts.is_limited_to_risk
        and not scalars.is_limited_to_circumstances as is_unconditional
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
        is_enabled,
        targets_someone,
        includes_all_users,
        has_include_groups,
        has_exclude_groups,
        has_include_roles,
        has_exclude_roles,
        includes_all_apps,
        covers_all_apps,
        blocks_legacy_clients,
        is_unconditional
    from demanding

)

select * from final
