{#-
    For an aggregate over int_conditional_access_lists_unnested as `lists`: does a policy's list
    hold the item?
-#}
{% macro policy_list_has(list_name, item) -%}
    {{ any_row("lists.list_name = '" ~ list_name ~ "' and lists.item = '" ~ item ~ "'") }}
{%- endmacro %}

{#- Does the list hold anything? -#}
{% macro policy_list_is_used(list_name) -%}
    {{ any_row("lists.list_name = '" ~ list_name ~ "'") }}
{%- endmacro %}

{#- How much a policy asks of a sign-in, for comparing two states of it. -#}
{% macro demand_rank(demand) -%}
    case {{ demand }}
        {%- for name in ['none', 'other', 'external', 'mfa', 'block'] %}
        when '{{ name }}' then {{ loop.index }}
        {%- endfor %}
    end
{%- endmacro %}
