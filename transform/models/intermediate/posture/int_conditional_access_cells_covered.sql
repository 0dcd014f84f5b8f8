{{ config(materialized='table') }}

{#-
    The sign-ins that the tenant's policies tell apart, and which policies apply to each, whoever
    signs in: one row per cell and policy, one without a policy where none does.
-#}
{%- set dimensions = ['app', 'client', 'platform', 'location'] -%}

with

items as (

    select
        tenant_id,
        dimension,
        item,
        item_class,
        is_exchange
    from {{ ref('int_conditional_access_items_classed') }}

),

covered as (

    select
        tenant_id,
        dimension,
        item,
        policy_id
    from {{ ref('int_conditional_access_items_covered') }}
    where policy_id is not null

),

classes as (

    select
        tenant_id,
        dimension,
        item_class,
        {{ any_row('is_exchange') }} as is_exchange
    from items
    group by tenant_id, dimension, item_class

),

-- The first value of a class stands for all.
class_policies as (

    select
        tenant_id,
        dimension,
        item as item_class,
        policy_id
    from covered

),

cells as (

    select
        apps.tenant_id,
        apps.item_class as app_class,
        clients.item_class as client,
        platforms.item_class as platform_class,
        locations.item_class as location_class
    from classes as apps
    inner join classes as clients
        on apps.tenant_id = clients.tenant_id
        and clients.dimension = 'client'
        and (apps.is_exchange or clients.item_class <> 'exchangeactivesync')
    inner join classes as platforms
        on apps.tenant_id = platforms.tenant_id
        and platforms.dimension = 'platform'
    inner join classes as locations
        on apps.tenant_id = locations.tenant_id
        and locations.dimension = 'location'
    where apps.dimension = 'app'

),

applying as (

    select
        cells.tenant_id,
        cells.app_class,
        cells.client,
        cells.platform_class,
        cells.location_class,
        on_app.policy_id
    from cells
    inner join class_policies as on_app
        on cells.tenant_id = on_app.tenant_id
        and on_app.dimension = 'app'
        and cells.app_class = on_app.item_class
    {%- for dimension, column in {
        'client': 'client', 'platform': 'platform_class', 'location': 'location_class'
    }.items() %}
    inner join class_policies as on_{{ dimension }}
        on cells.tenant_id = on_{{ dimension }}.tenant_id
        and on_{{ dimension }}.dimension = '{{ dimension }}'
        and cells.{{ column }} = on_{{ dimension }}.item_class
        and on_app.policy_id = on_{{ dimension }}.policy_id
    {%- endfor %}

),

final as (

    select
        cells.tenant_id,
        cells.app_class,
        cells.client,
        cells.platform_class,
        cells.location_class,
        applying.policy_id,
        cells.client in ('exchangeactivesync', 'other') as is_legacy
    from cells
    left join applying
        on cells.tenant_id = applying.tenant_id
        and cells.app_class = applying.app_class
        and cells.client = applying.client
        and cells.platform_class = applying.platform_class
        and cells.location_class = applying.location_class

)

select * from final
