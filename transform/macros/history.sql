{#-
    Validity intervals from rows that a load changed.

    `source` is a staging model with is_removed, _as_of_date and _dlt_load_id; `key` names its
    natural key, `tracked` the columns whose change opens a new interval. Intervals are half-open
    in observation dates: valid_from_date is the date of the load that first showed the row,
    valid_to_date the date of the load that showed another or none, null while it holds.
    A second load of one date replaces that date's row. Only rows of loads newer than the newest
    one in the history are read. A row that appears and vanishes on one date leaves the empty
    interval [date, date).
-#}
{% macro history(source, key, tracked) -%}
    {{ config(
        unique_key=key + ['valid_from_date'],
    ) }}
    {%- set columns = key + tracked %}
with

observed as (

    select
        {{ columns | join(',\n        ') }},
        is_removed,
        _as_of_date as observed_date,
        _dlt_load_id
    from {{ source }}
    {%- if is_incremental() %}
    where _dlt_load_id > (
        select coalesce(max(known._dlt_load_id), '') from {{ this }} as known
    )
    {%- endif %}

),
{{ history_intervals(columns, key, tracked, is_incremental()) }}
{%- endmacro %}

{#-
    Validity intervals of a state that dbt itself computes at the closing date, such as a mapping.
    `source` holds the whole state; a key that is no longer in it ends at the closing date.
-#}
{% macro history_of_state(source, key, tracked) -%}
    {{ config(
        unique_key=key + ['valid_from_date'],
    ) }}
    {%- set columns = key + tracked %}
with

observed as (

    select
        {{ columns | join(',\n        ') }},
        false as is_removed,
        {{ as_of_date() }} as observed_date,
        cast('{{ var("run_id") }}' as varchar) as _dlt_load_id
    from {{ source }}
    {%- if is_incremental() %}

    union all

    select
        {%- for column in columns %}
        known.{{ column }},
        {%- endfor %}
        true as is_removed,
        {{ as_of_date() }} as observed_date,
        cast('{{ var("run_id") }}' as varchar) as _dlt_load_id
    from {{ this }} as known
    where
        known.valid_to_date is null
        and not exists (
            select 1
            from {{ source }} as present
            where {% for column in key -%}
                {{ 'and ' if not loop.first }}present.{{ column }} = known.{{ column }}
                {% endfor %}
        )
    {%- endif %}

),
{{ history_intervals(columns, key, tracked, is_incremental()) }}
{%- endmacro %}

{% macro history_intervals(columns, key, tracked, has_history) %}
{%- if has_history %}
holding as (

    select
        {{ columns | join(',\n        ') }},
        valid_from_date,
        _dlt_load_id
    from {{ this }}
    where valid_to_date is null

),

changed as (

    select
        {%- for column in columns %}
        observed.{{ column }},
        {%- endfor %}
        observed.is_removed,
        observed.observed_date,
        observed._dlt_load_id,
        holding.valid_from_date as holding_from_date
    from observed
    left join holding
        on {% for column in key -%}
            {{ 'and ' if not loop.first }}observed.{{ column }} = holding.{{ column }}
        {% endfor -%}
    where
        (observed.is_removed and holding.valid_from_date is not null)
        or (not observed.is_removed and (
            holding.valid_from_date is null
            {%- for column in tracked %}
            or observed.{{ column }} is distinct from holding.{{ column }}
            {%- endfor %}
        ))

),

ended as (

    select
        {%- for column in columns %}
        holding.{{ column }},
        {%- endfor %}
        holding.valid_from_date,
        changed.observed_date as valid_to_date,
        changed._dlt_load_id
    from changed
    inner join holding
        on {% for column in key -%}
            {{ 'and ' if not loop.first }}changed.{{ column }} = holding.{{ column }}
        {% endfor -%}
    where changed.is_removed or holding.valid_from_date < changed.observed_date

),

begun as (

    select
        {%- for column in columns %}
        changed.{{ column }},
        {%- endfor %}
        changed.observed_date as valid_from_date,
        cast(null as date) as valid_to_date,
        changed._dlt_load_id
    from changed
    where not changed.is_removed

),
{%- else %}
begun as (

    select
        {%- for column in columns %}
        observed.{{ column }},
        {%- endfor %}
        observed.observed_date as valid_from_date,
        cast(null as date) as valid_to_date,
        observed._dlt_load_id
    from observed
    where not observed.is_removed

),
{%- endif %}

final as (

    select
        {%- for column in columns %}
        begun.{{ column }},
        {%- endfor %}
        begun.valid_from_date,
        begun.valid_to_date,
        begun._dlt_load_id
    from begun
    {%- if has_history %}

    union all

    select
        {%- for column in columns %}
        ended.{{ column }},
        {%- endfor %}
        ended.valid_from_date,
        ended.valid_to_date,
        ended._dlt_load_id
    from ended
    {%- endif %}

)

select * from final
{%- endmacro %}
