{#- JSON columns are text holding JSON with the vendor's own key names. -#}

{#- The text at a dotted path, such as `manufacturer.name`; null where absent. -#}
{% macro json_text(column, path) -%}
    {{ return(adapter.dispatch('json_text', 'tenantry')(column, path)) }}
{%- endmacro %}

{% macro default__json_text(column, path) -%}
    json_extract_path_text({{ column }}, '{{ path }}')
{%- endmacro %}

{% macro duckdb__json_text(column, path) -%}
    json_extract_string({{ column }}, '$.{{ path }}')
{%- endmacro %}

{#- The JSON value at a dotted path, still JSON. -#}
{% macro json_value(column, path) -%}
    {{ return(adapter.dispatch('json_value', 'tenantry')(column, path)) }}
{%- endmacro %}

{% macro default__json_value(column, path) -%}
    json_query({{ column }}, '$.{{ path }}')
{%- endmacro %}

{% macro duckdb__json_value(column, path) -%}
    json_extract({{ column }}, '$.{{ path }}')
{%- endmacro %}

{#-
    For a from clause: every item of a JSON array becomes a row.
    `from users {{ json_array_items('users.plans', 'plan') }}` gives `plan.value`, JSON.
    An absent, null or empty array gives no row.
-#}
{% macro json_array_items(column, alias) -%}
    {{ return(adapter.dispatch('json_array_items', 'tenantry')(column, alias)) }}
{%- endmacro %}

{% macro default__json_array_items(column, alias) -%}
    cross join lateral json_array_elements({{ column }}) as {{ alias }} (value)
{%- endmacro %}

{% macro duckdb__json_array_items(column, alias) -%}
    cross join unnest(cast({{ column }} as json[])) as {{ alias }} (value)
{%- endmacro %}

{#- The text of a JSON string value, without its quotes. -#}
{% macro json_scalar_text(value) -%}
    {{ return(adapter.dispatch('json_scalar_text', 'tenantry')(value)) }}
{%- endmacro %}

{% macro default__json_scalar_text(value) -%}
    json_value({{ value }}, '$')
{%- endmacro %}

{% macro duckdb__json_scalar_text(value) -%}
    json_extract_string({{ value }}, '$')
{%- endmacro %}

{#- Aggregate: a JSON array, as text, of the distinct values in order; `[]` where there is none. -#}
{% macro json_array_agg(expression) -%}
    {{ return(adapter.dispatch('json_array_agg', 'tenantry')(expression)) }}
{%- endmacro %}

{% macro default__json_array_agg(expression) -%}
    coalesce(cast(json_agg(distinct {{ expression }}) as varchar), '[]')
{%- endmacro %}

{% macro duckdb__json_array_agg(expression) -%}
    coalesce(
        cast(to_json(
            list(distinct {{ expression }} order by {{ expression }})
                filter (where {{ expression }} is not null)
        ) as varchar),
        '[]'
    )
{%- endmacro %}

{#- A JSON object, as text, from a mapping of names to expressions, in the given order. -#}
{% macro json_object_text(fields) -%}
    {{ return(adapter.dispatch('json_object_text', 'tenantry')(fields)) }}
{%- endmacro %}

{% macro default__json_object_text(fields) -%}
    cast(json_object(
        {%- for name, expression in fields.items() %}
        '{{ name }}', {{ expression }}{{ ',' if not loop.last }}
        {%- endfor %}
    ) as varchar)
{%- endmacro %}
