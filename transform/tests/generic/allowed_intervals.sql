{#- Fails when two intervals of one key overlap, or one ends before it begins. -#}
{% test allowed_intervals(model, key) %}

with

ordered as (

    select
        {{ key | join(',\n        ') }},
        valid_from_date,
        valid_to_date,
        lead(valid_from_date) over (
            partition by {{ key | join(', ') }}
            order by valid_from_date
        ) as next_from_date
    from {{ model }}

)

select *
from ordered
where
    valid_to_date < valid_from_date
    or (next_from_date is not null and coalesce(valid_to_date, date '9999-12-31') > next_from_date)

{% endtest %}
