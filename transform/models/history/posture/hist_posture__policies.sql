{#-
    What each policy, and security defaults, asked of whom. While the policies of a tenant are not
    read, they stay as they were.
-#}
{%- set key = ['tenant_id', 'policy_id'] %}
{%- set tracked = [
    'policy_name', 'policy_state', 'demand', 'inclusions', 'exclusions', 'includes_all_users',
    'includes_all_apps', 'blocks_legacy_clients', 'is_unconditional',
] %}

with

policies as (

    select
        tenant_id,
        policy_id,
        policy_name,
        policy_state,
        demand,
        includes_all_users,
        includes_all_apps,
        blocks_legacy_clients,
        is_unconditional
    from {{ ref('int_conditional_access_policies_classified') }}

),

lists as (

    select
        tenant_id,
        policy_id,
        list_name,
        item
    from {{ ref('int_conditional_access_lists_unnested') }}

),

exclusions as (

    select
        tenant_id,
        policy_id,
        item_kind,
        item
    from {{ ref('int_conditional_access_exclusions_classified') }}
    where not is_break_glass

),

security_defaults as (

    select
        tenant_id,
        policy_id,
        policy_name,
        is_enabled
    from {{ ref('hist_microsoft__security_defaults') }} as known
    where {{ valid_at('known') }}

),

legs as (

    select
        tenant_id,
        policies_state,
        security_defaults_state
    from {{ ref('int_tenant_legs_pivoted') }}

),

items as (

    select
        tenant_id,
        policy_id,
        'users:' || item as inclusion,
        cast(null as varchar) as exclusion
    from lists
    where list_name in ('include_users', 'include_groups', 'include_roles') and item <> 'none'

    union all

    select
        tenant_id,
        policy_id,
        'apps:' || item as inclusion,
        cast(null as varchar) as exclusion
    from lists
    where list_name in ('include_apps', 'user_actions') and item <> 'none'

    union all

    select
        tenant_id,
        policy_id,
        cast(null as varchar) as inclusion,
        replace(list_name, 'exclude_', '') || ':' || item as exclusion
    from lists
    where
        list_name in (
            'exclude_roles', 'exclude_apps', 'exclude_platforms', 'exclude_locations'
        )

    union all

    select
        tenant_id,
        policy_id,
        cast(null as varchar) as inclusion,
        item_kind || ':' || item as exclusion
    from exclusions

),

listed as (

    select
        tenant_id,
        policy_id,
        {{ json_array_agg('inclusion') }} as inclusions,
        {{ json_array_agg('exclusion') }} as exclusions
    from items
    group by tenant_id, policy_id

),

observed as (

    select
        policies.tenant_id,
        policies.policy_id,
        policies.policy_name,
        policies.policy_state,
        policies.demand,
        coalesce(listed.inclusions, '[]') as inclusions,
        coalesce(listed.exclusions, '[]') as exclusions,
        policies.includes_all_users,
        policies.includes_all_apps,
        policies.blocks_legacy_clients,
        policies.is_unconditional
    from policies
    inner join legs
        on policies.tenant_id = legs.tenant_id
        and legs.policies_state = 'fresh'
    left join listed
        on policies.tenant_id = listed.tenant_id
        and policies.policy_id = listed.policy_id

    union all

    select
        security_defaults.tenant_id,
        security_defaults.policy_id,
        security_defaults.policy_name,
        case when security_defaults.is_enabled then 'enabled' else 'disabled' end as policy_state,
        'mfa' as demand,
        '[]' as inclusions,
        '[]' as exclusions,
        true as includes_all_users,
        true as includes_all_apps,
        true as blocks_legacy_clients,
        true as is_unconditional
    from security_defaults
    inner join legs
        on security_defaults.tenant_id = legs.tenant_id
        and legs.security_defaults_state = 'fresh'

),
{%- if is_incremental() %}

known_defaults as (

    select distinct
        tenant_id,
        policy_id
    from {{ ref('hist_microsoft__security_defaults') }}

),

kept as (

    select
        {%- for column in key + tracked %}
        stored.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ this }} as stored
    left join known_defaults
        on stored.tenant_id = known_defaults.tenant_id
        and stored.policy_id = known_defaults.policy_id
    left join legs
        on stored.tenant_id = legs.tenant_id
    where
        stored.valid_to_date is null
        and coalesce(
            case when known_defaults.policy_id is null then legs.policies_state
                else legs.security_defaults_state
            end,
            'missing'
        ) <> 'fresh'

),
{%- endif %}

present as (

    select
        {{ (key + tracked) | join(',\n        ') }}
    from observed
    {%- if is_incremental() %}

    union all

    select
        {{ (key + tracked) | join(',\n        ') }}
    from kept
    {%- endif %}

),

{{ observed_intervals(key, tracked) }}
