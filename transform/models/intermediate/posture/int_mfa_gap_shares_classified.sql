{{ config(materialized='table') }}

{#-
    What each policy at work has to do with each sign-in that passes without MFA: it asks for
    something weaker, leaves the user out, holds in some circumstances only, leaves out a value of
    the sign-in, or does not include the user.
-#}
{%- set dimensions = {
    'app': 'app_class', 'location': 'location_class', 'platform': 'platform_class',
    'client': 'client',
} -%}

with

gaps as (

    select
        tenant_id,
        scope_id,
        app_class,
        client,
        platform_class,
        location_class
    from {{ ref('int_conditional_access_cells_judged') }}
    where cell_state in ('open', 'weaker', 'conditional')

),

-- The first value of a class stands for all.
class_policies as (

    select
        tenant_id,
        dimension,
        item as item_class,
        policy_id
    from {{ ref('int_conditional_access_items_covered') }}
    where policy_id is not null

),

reached as (

    select
        tenant_id,
        scope_id,
        policy_id,
        reach
    from {{ ref('int_conditional_access_scopes_reached') }}

),

policies as (

    select
        tenant_id,
        policy_id,
        demand,
        narrowed_by,
        is_asking
    from {{ ref('int_conditional_access_policies_classified') }}
    where is_at_work

),

met as (

    select
        gaps.*,
        reached.policy_id,
        reached.reach,
        policies.demand,
        policies.narrowed_by,
        policies.is_asking,
        {%- for dimension in dimensions %}
        on_{{ dimension }}.policy_id is not null as covers_{{ dimension }},
        {%- endfor %}
        {%- for dimension in dimensions %}
        {{ 'and ' if not loop.first }}on_{{ dimension }}.policy_id is not null
        {%- endfor %} as is_covering
    from gaps
    inner join reached
        on gaps.tenant_id = reached.tenant_id
        and gaps.scope_id = reached.scope_id
    inner join policies
        on reached.tenant_id = policies.tenant_id
        and reached.policy_id = policies.policy_id
    {%- for dimension, column in dimensions.items() %}
    left join class_policies as on_{{ dimension }}
        on gaps.tenant_id = on_{{ dimension }}.tenant_id
        and on_{{ dimension }}.dimension = '{{ dimension }}'
        and gaps.{{ column }} = on_{{ dimension }}.item_class
        and reached.policy_id = on_{{ dimension }}.policy_id
    {%- endfor %}

),

final as (

    select
        tenant_id,
        scope_id,
        app_class,
        client,
        platform_class,
        location_class,
        policy_id,
        case
            when is_covering and reach = 'enforced' and narrowed_by is null and demand = 'other'
                then 'weaker_control'
            when is_covering and reach = 'excluded' and narrowed_by is null and demand <> 'terms'
                then 'excluded'
            when is_covering and reach = 'enforced' and narrowed_by = 'application_filter'
                then 'application_filter'
            when
                is_covering
                and reach = 'enforced'
                and narrowed_by is not null
                and demand <> 'terms'
                then 'narrowed'
            when is_covering and reach = 'not_targeted' and narrowed_by is null and is_asking
                then 'not_included'
            -- The rest explains a sign-in for which none of the above does.
            when not is_asking then 'none'
            when reach = 'not_targeted' then 'distant_not_included'
            when is_covering and reach = 'excluded' then 'distant_excluded'
            {%- for dimension in dimensions %}
            when not covers_{{ dimension }} then 'distant_{{ dimension }}'
            {%- endfor %}
            else 'none'
        end as share
    from met

)

select * from final
