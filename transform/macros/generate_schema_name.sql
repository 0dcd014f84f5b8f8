{#- A model lives in exactly the schema its folder names; readers know `marts`, not a prefixed name. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
