{%- set lists = {
    'include_users': ('conditions', 'users.includeUsers'),
    'exclude_users': ('conditions', 'users.excludeUsers'),
    'include_groups': ('conditions', 'users.includeGroups'),
    'exclude_groups': ('conditions', 'users.excludeGroups'),
    'include_roles': ('conditions', 'users.includeRoles'),
    'exclude_roles': ('conditions', 'users.excludeRoles'),
    'include_apps': ('conditions', 'applications.includeApplications'),
    'exclude_apps': ('conditions', 'applications.excludeApplications'),
    'user_actions': ('conditions', 'applications.includeUserActions'),
    'auth_contexts': ('conditions', 'applications.includeAuthenticationContextClassReferences'),
    'client_app_types': ('conditions', 'clientAppTypes'),
    'include_platforms': ('conditions', 'platforms.includePlatforms'),
    'exclude_platforms': ('conditions', 'platforms.excludePlatforms'),
    'include_locations': ('conditions', 'locations.includeLocations'),
    'exclude_locations': ('conditions', 'locations.excludeLocations'),
    'sign_in_risk_levels': ('conditions', 'signInRiskLevels'),
    'user_risk_levels': ('conditions', 'userRiskLevels'),
    'service_principal_risk_levels': ('conditions', 'servicePrincipalRiskLevels'),
    'exclude_service_principals': ('conditions', 'clientApplications.excludeServicePrincipals'),
    'service_principals': ('conditions', 'clientApplications.includeServicePrincipals'),
    'controls': ('grant_controls', 'builtInControls'),
    'external_factors': ('grant_controls', 'customAuthenticationFactors'),
    'terms_of_use': ('grant_controls', 'termsOfUse'),
    'strength_combinations': ('grant_controls', 'authenticationStrength.allowedCombinations'),
} -%}

with

policies as (

    select
        tenant_id,
        policy_id,
        conditions,
        grant_controls
    from {{ ref('hist_microsoft__conditional_access_policies') }} as known
    where {{ valid_at('known') }}

),

lists as (

    {%- for name, place in lists.items() %}
    select
        tenant_id,
        policy_id,
        '{{ name }}' as list_name,
        {{ json_value(place[0], place[1]) }} as items
    from policies
    {{- '\n\n    union all\n' if not loop.last }}
    {%- endfor %}

),

final as (

    select
        lists.tenant_id,
        lists.policy_id,
        lists.list_name,
        lower({{ json_scalar_text('item.value') }}) as item
    from lists {{ json_array_items('lists.items', 'item') }}

)

select * from final
