{#- The first part of a text that matches a pattern (or its group); null where none does. -#}
{% macro text_match(text, pattern, group=0) -%}
    {{ return(adapter.dispatch('text_match', 'tenantry')(text, pattern, group)) }}
{%- endmacro %}

{% macro default__text_match(text, pattern, group) -%}
    nullif(regexp_substr({{ text }}, '{{ pattern }}', 1, 1, 'e', {{ group }}), '')
{%- endmacro %}

{% macro duckdb__text_match(text, pattern, group) -%}
    nullif(regexp_extract({{ text }}, '{{ pattern }}', {{ group }}), '')
{%- endmacro %}

{#- For a from clause: every part of a text that matches becomes a row, `alias.value`. -#}
{% macro text_matches(text, pattern, alias) -%}
    {{ return(adapter.dispatch('text_matches', 'tenantry')(text, pattern, alias)) }}
{%- endmacro %}

{% macro default__text_matches(text, pattern, alias) -%}
    cross join lateral (
        select matches[1] as value from regexp_matches({{ text }}, '({{ pattern }})', 'g') as found (matches)
    ) as {{ alias }}
{%- endmacro %}

{% macro duckdb__text_matches(text, pattern, alias) -%}
    cross join unnest(regexp_extract_all({{ text }}, '{{ pattern }}')) as {{ alias }} (value)
{%- endmacro %}

{% macro guid_pattern() -%}
    [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}
{%- endmacro %}

{#- The host of a web address, lower case and without `www.`; null where there is none. -#}
{% macro web_host(address) -%}
    {{ text_match('lower(trim(' ~ address ~ '))', '^(?:[a-z]+://)?(?:www[.])?([^/:?#@ ]+[.][^/:?#@ ]+)', 1) }}
{%- endmacro %}

{#-
    The part of a host that a registrar sells. Country domains with a fixed second level
    (`example.co.uk`) keep three labels, as Microsoft's own for tenants do
    (`example.onmicrosoft.com`), any other host two.
-#}
{% macro registrable_domain(host) -%}
    {{ text_match(
        host,
        '([^.]+[.](?:onmicrosoft[.][a-z]{2,}|(?:co|com|org|net|gov|gob|govt|gouv|ac|edu|or|ne|go|ltd|plc|me|nhs|sch|asn|id|gen)[.][a-z]{2}|[a-z0-9-]{2,}))$',
        1
    ) }}
{%- endmacro %}

{#-
    Microsoft's commerce part number inside a decorated code: `CFQ7TTC0LCHC:0002`, or the product
    part alone where the code names no SKU. Null where there is none.
-#}
{% macro commerce_part_number(code) -%}
    {%- set product = text_match('upper(' ~ code ~ ')', 'CFQ7[0-9A-Z]{8}') -%}
    {%- set sku = text_match(
        'upper(' ~ code ~ ')', 'CFQ7[0-9A-Z]{8}[:-]([0-9A-Z]{4})(?:[^0-9A-Z]|$)', 1
    ) -%}
    ({{ product }} || coalesce(':' || {{ sku }}, ''))
{%- endmacro %}

{#- One cell of a CSV file. -#}
{% macro csv_cell(text) -%}
    case
        when {{ text }} like '%,%' or {{ text }} like '%"%'
            then '"' || replace({{ text }}, '"', '""') || '"'
        else {{ text }}
    end
{%- endmacro %}
