{#-
    Joins the dated rate into the reporting currency: the last one not after the day and not
    older than `max_rate_age_days`. No rate is joined where there is none; none is ever assumed.
-#}
{% macro fx_join(currency_code, day, alias='fx_rates') -%}
    left join {{ ref('int_fx_rates') }} as {{ alias }}
        on {{ currency_code }} = {{ alias }}.from_currency_code
        and {{ day }} >= {{ alias }}.valid_from_date
        and {{ day }} < {{ alias }}.valid_to_date
{%- endmacro %}

{#- The amount in the reporting currency; null where the rate is missing. -#}
{% macro fx_amount(amount, currency_code, alias='fx_rates') -%}
    case
        when {{ currency_code }} = '{{ var("reporting_currency") }}'
            then cast({{ amount }} as decimal(18, 4))
        else {{ money_product(amount, alias ~ '.rate') }}
    end
{%- endmacro %}

{#- The day of the rate used; null for an amount that needs none or has none. -#}
{% macro fx_date(currency_code, alias='fx_rates') -%}
    case
        when {{ currency_code }} != '{{ var("reporting_currency") }}' then {{ alias }}.rate_date
    end
{%- endmacro %}
