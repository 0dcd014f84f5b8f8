{{ config(materialized='table') }}

{#-
    Along which values of each dimension of a sign-in a policy applies: apps, clients, platforms and
    places as far as the tenant's policies name them, and `*` for anything else. A value also
    counts under the names of the groups that hold it: a trusted place under AllTrusted, an app of
    Microsoft's suites under theirs. Exclusion beats inclusion.
    Source:
    https://learn.microsoft.com/entra/identity/conditional-access/
    concept-conditional-access-policies
-#}

{%- set sides = {
    'app': ('include_apps', 'exclude_apps'),
    'client': ('client_app_types', 'none'),
    'platform': ('include_platforms', 'exclude_platforms'),
    'location': ('include_locations', 'exclude_locations'),
} -%}
{%- set clients = ['browser', 'mobileappsanddesktopclients', 'exchangeactivesync', 'other'] -%}

with

policies as (

    select
        tenant_id,
        policy_id
    from {{ ref('int_conditional_access_policies_classified') }}
    where is_at_work

),

lists as (

    select
        lists.tenant_id,
        lists.policy_id,
        case
            {%- for dimension, names in sides.items() %}
            when lists.list_name in ('{{ names[0] }}', '{{ names[1] }}') then '{{ dimension }}'
            {%- endfor %}
        end as dimension,
        lists.list_name like 'exclude%' as is_exclusion,
        lists.item
    from {{ ref('int_conditional_access_lists_unnested') }} as lists
    inner join policies
        on lists.tenant_id = policies.tenant_id
        and lists.policy_id = policies.policy_id

),

locations as (

    select
        tenant_id,
        location_id,
        is_trusted
    from {{ ref('hist_microsoft__named_locations') }} as known
    where {{ valid_at('known') }}

),

legs as (

    select
        tenant_id,
        locations_state
    from {{ ref('int_tenant_legs_pivoted') }}

),

items as (

    select distinct
        tenant_id,
        dimension,
        item
    from lists
    where dimension in ('app', 'platform', 'location') and item not in ('all', 'none')

    {%- for dimension in sides if dimension != 'client' %}

    union all

    select distinct
        tenant_id,
        '{{ dimension }}' as dimension,
        '*' as item
    from policies
    {%- endfor %}
    {%- for client in clients %}

    union all

    select distinct
        tenant_id,
        'client' as dimension,
        '{{ client }}' as item
    from policies
    {%- endfor %}

),

-- Each value under its own name, under `all`, and under its groups'.
names as (

    select
        tenant_id,
        dimension,
        item,
        item as listed_as,
        true as may_include,
        true as may_exclude
    from items

    union all

    select
        tenant_id,
        dimension,
        item,
        'all' as listed_as,
        true as may_include,
        true as may_exclude
    from items
    {%- for group_name, apps in apps_of_groups().items() %}

    union all

    select
        tenant_id,
        dimension,
        item,
        '{{ group_name }}' as listed_as,
        true as may_include,
        true as may_exclude
    from items
    where dimension = 'app' and item in ('{{ apps | join("', '") }}')
    {%- endfor %}

    union all

    -- A place that is not among those that were read may be trusted or not: it is left out by what
    -- leaves out trusted places, and included by nothing. Where the places were not read, the
    -- policy is taken to apply, and how it reaches anybody is not known.
    select
        items.tenant_id,
        items.dimension,
        items.item,
        'alltrusted' as listed_as,
        items.item = '{{ mfa_trusted_addresses() }}'
        or coalesce(locations.is_trusted, false)
        or legs.locations_state <> 'fresh' as may_include,
        items.item = '{{ mfa_trusted_addresses() }}' or legs.locations_state = 'fresh'
            as may_exclude
    from items
    inner join legs
        on items.tenant_id = legs.tenant_id
    left join locations
        on items.tenant_id = locations.tenant_id
        and items.item = locations.location_id
    where
        items.dimension = 'location'
        and items.item not in ('*', 'alltrusted')
        and (
            items.item = '{{ mfa_trusted_addresses() }}'
            or locations.location_id is null
            or locations.is_trusted
            or legs.locations_state <> 'fresh'
        )

),

unlimited as (

    {%- for dimension, names in sides.items() if dimension != 'app' %}
    select
        policies.tenant_id,
        policies.policy_id,
        '{{ dimension }}' as dimension
    from policies
    left join lists
        on policies.tenant_id = lists.tenant_id
        and policies.policy_id = lists.policy_id
        and lists.dimension = '{{ dimension }}'
        and not lists.is_exclusion
    where lists.item is null
    {{- '\n\n    union all\n\n' if not loop.last }}
    {%- endfor %}

),

mentions as (

    select
        names.tenant_id,
        names.dimension,
        names.item,
        lists.policy_id,
        not lists.is_exclusion and names.may_include as is_inclusion,
        lists.is_exclusion and names.may_exclude as is_exclusion
    from names
    inner join lists
        on names.tenant_id = lists.tenant_id
        and names.dimension = lists.dimension
        and names.listed_as = lists.item

    union all

    select
        items.tenant_id,
        items.dimension,
        items.item,
        unlimited.policy_id,
        true as is_inclusion,
        false as is_exclusion
    from items
    inner join unlimited
        on items.tenant_id = unlimited.tenant_id
        and items.dimension = unlimited.dimension

),

judged as (

    select
        tenant_id,
        dimension,
        item,
        policy_id,
        {{ any_row('is_inclusion') }} as is_included,
        {{ any_row('is_exclusion') }} as is_excluded
    from mentions
    group by tenant_id, dimension, item, policy_id

),

final as (

    select
        items.tenant_id,
        items.dimension,
        items.item,
        judged.policy_id
    from items
    left join judged
        on items.tenant_id = judged.tenant_id
        and items.dimension = judged.dimension
        and items.item = judged.item
        and judged.is_included
        and not judged.is_excluded

)

select * from final
