{#-
    Validity intervals of a state that dbt computes at the closing date, for the end of a history
    model: the CTE `present` before it holds the whole state, one row per `key`. A key that is not
    in it ends at the closing date. What an earlier run of the same date wrote is undone first, so
    that the last run of a date counts and a repeated run leaves the history of a single one: an
    interval that it ended is opened again, one that it began is emptied and then deleted.
-#}
{% macro observed_intervals(key, tracked) -%}
    {{ config(
        unique_key=key + ['valid_from_date'],
        post_hook='delete from {{ this }} where valid_to_date = valid_from_date',
    ) }}
    {%- set columns = key + tracked %}
{%- if is_incremental() %}
stored as (

    select
        {{ columns | join(',\n        ') }},
        valid_from_date,
        valid_to_date,
        run_id
    from {{ this }}
    where valid_to_date is null or valid_to_date >= {{ as_of_date() }}

),

compared as (

    select
        {%- for column in columns %}
        stored.{{ column }},
        {%- endfor %}
        stored.valid_from_date,
        stored.valid_to_date,
        stored.run_id,
        case
            when
                present.{{ key[0] }} is not null
                {%- for column in tracked %}
                and present.{{ column }} is not distinct from stored.{{ column }}
                {%- endfor %}
                then cast(null as date)
            else {{ as_of_date() }}
        end as observed_to_date
    from stored
    left join present
        on {% for column in key -%}
            {{ 'and ' if not loop.first }}stored.{{ column }} = present.{{ column }}
        {% endfor -%}
    where stored.valid_from_date < {{ as_of_date() }}

),

begun as (

    select
        {%- for column in columns %}
        present.{{ column }},
        {%- endfor %}
        {{ as_of_date() }} as valid_from_date,
        cast(null as date) as valid_to_date,
        cast('{{ var("run_id") }}' as varchar) as run_id
    from present
    left join compared
        on {% for column in key -%}
            {{ 'and ' if not loop.first }}present.{{ column }} = compared.{{ column }}
        {% endfor -%}
        and compared.observed_to_date is null
    where compared.{{ key[0] }} is null

),

same_date as (

    select
        {{ columns | join(',\n        ') }},
        valid_from_date,
        valid_to_date,
        run_id
    from stored
    where valid_from_date = {{ as_of_date() }}

),

final as (

    select
        {{ columns | join(',\n        ') }},
        valid_from_date,
        observed_to_date as valid_to_date,
        run_id
    from compared
    where observed_to_date is distinct from valid_to_date

    union all

    select
        {%- for column in columns %}
        begun.{{ column }},
        {%- endfor %}
        begun.valid_from_date,
        begun.valid_to_date,
        begun.run_id
    from begun
    left join same_date
        on {% for column in columns -%}
            {{ 'and ' if not loop.first }}begun.{{ column }} is not distinct from same_date.{{ column }}
        {% endfor -%}
        and same_date.valid_to_date is null
    where same_date.{{ key[0] }} is null

    union all

    select
        {%- for column in columns %}
        same_date.{{ column }},
        {%- endfor %}
        same_date.valid_from_date,
        same_date.valid_from_date as valid_to_date,
        same_date.run_id
    from same_date
    left join begun
        on {% for column in key -%}
            {{ 'and ' if not loop.first }}same_date.{{ column }} = begun.{{ column }}
        {% endfor -%}
    where begun.{{ key[0] }} is null

)
{%- else %}
final as (

    select
        {{ columns | join(',\n        ') }},
        {{ as_of_date() }} as valid_from_date,
        cast(null as date) as valid_to_date,
        cast('{{ var("run_id") }}' as varchar) as run_id
    from present

)
{%- endif %}

select * from final
{%- endmacro %}
