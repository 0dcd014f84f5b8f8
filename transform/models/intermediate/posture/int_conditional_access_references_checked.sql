{{ config(materialized='table') }}

{#-
    Users, groups, roles and places that enabled policies name by id, and whether each is still
    there; unknown where what would tell was not read.
-#}
{%- set kinds = {
    'user': ('users', 'users_state'),
    'group': ('groups', 'group_list_state'),
    'role': ('roles', 'roles_state'),
    'location': ('locations', 'locations_state'),
} -%}

with

policies as (

    select
        tenant_id,
        policy_id
    from {{ ref('int_conditional_access_policies_classified') }}
    where is_enabled

),

lists as (

    select
        tenant_id,
        policy_id,
        list_name,
        item
    from {{ ref('int_conditional_access_lists_unnested') }}
    where
        {{ text_match('item', '^' ~ guid_pattern() ~ '$') }} is not null
        -- Addresses of the old MFA service page, and all compliant networks: no list has them.
        and item not in ('{{ mfa_trusted_addresses() }}', '3d46dbda-8382-466a-856d-eb00cbc6b910')

),

users as (

    select
        tenant_id,
        user_id as item,
        user_principal_name as item_name
    from {{ ref('hist_microsoft__users') }} as known
    where {{ valid_at('known') }}

),

groups as (

    select
        tenant_id,
        group_id as item,
        group_name as item_name
    from {{ ref('stg_microsoft__groups') }}
    where not is_removed

),

roles as (

    select
        tenant_id,
        role_template_id as item,
        min(role_name) as item_name
    from {{ ref('stg_microsoft__role_definitions') }}
    where not is_removed
    group by tenant_id, role_template_id

),

locations as (

    select
        tenant_id,
        location_id as item,
        location_name as item_name
    from {{ ref('hist_microsoft__named_locations') }} as known
    where {{ valid_at('known') }}

),

legs as (

    select
        tenant_id,
        users_state,
        group_list_state,
        roles_state,
        locations_state
    from {{ ref('int_tenant_legs_pivoted') }}

),

named as (

    select distinct
        lists.tenant_id,
        lists.policy_id,
        case
            {%- for kind in kinds %}
            when lists.list_name in ('include_{{ kind }}s', 'exclude_{{ kind }}s')
                then '{{ kind }}'
            {%- endfor %}
        end as item_kind,
        lists.item
    from lists
    inner join policies
        on lists.tenant_id = policies.tenant_id
        and lists.policy_id = policies.policy_id

),

final as (

    {%- for kind, sources in kinds.items() %}

    select
        named.tenant_id,
        named.policy_id,
        named.item_kind,
        named.item,
        coalesce(
            {{ sources[0] }}.item_name,
            case when legs.{{ sources[1] }} = 'fresh' and {{ sources[0] }}.item is null
                then 'deleted or unknown {{ kind }} ' || named.item
            end
        ) as item_name,
        {{ sources[0] }}.item is null and legs.{{ sources[1] }} = 'fresh' as is_dead,
        case when {{ sources[0] }}.item is null and legs.{{ sources[1] }} <> 'fresh'
            then legs.{{ sources[1] }}
        end as unknown_reason
    from named
    inner join legs
        on named.tenant_id = legs.tenant_id
    left join {{ sources[0] }}
        on named.tenant_id = {{ sources[0] }}.tenant_id
        and named.item = lower({{ sources[0] }}.item)
    where named.item_kind = '{{ kind }}'
    {{- '\n\n    union all' if not loop.last }}
    {%- endfor %}

)

select * from final
