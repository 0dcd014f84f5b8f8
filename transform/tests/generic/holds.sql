{#- Fails for every row on which the condition does not hold; a null is a failure. -#}
{% test holds(model, condition) %}

select *
from {{ model }}
where coalesce(not ({{ condition }}), true)

{% endtest %}
