{#- Worst of the leg states of a group: missing, then stale, then fresh; null where there is none. -#}
{% macro worst_leg_state(leg_state) -%}
    case
        when count(*) filter (where {{ leg_state }} = 'missing') > 0 then 'missing'
        when count(*) filter (where {{ leg_state }} = 'stale') > 0 then 'stale'
        when count(*) filter (where {{ leg_state }} = 'fresh') > 0 then 'fresh'
    end
{%- endmacro %}

{#- Worse of two leg states; `not_configured` only where both are. -#}
{% macro worse_leg_state(first, second) -%}
    case
        when 'missing' in ({{ first }}, {{ second }}) then 'missing'
        when 'stale' in ({{ first }}, {{ second }}) then 'stale'
        when 'fresh' in ({{ first }}, {{ second }}) then 'fresh'
        else 'not_configured'
    end
{%- endmacro %}

{#- Why money that rests on a leg is null: leg_stale, leg_missing, or null while the leg is fresh. -#}
{% macro leg_reason(leg_state) -%}
    case {{ leg_state }}
        when 'fresh' then null
        when 'stale' then 'leg_stale'
        else 'leg_missing'
    end
{%- endmacro %}

{#- Seats as an integer; null where the quantity is fractional, since a seat is one person. -#}
{% macro whole_seats(quantity, has_fraction) -%}
    case when not {{ has_fraction }} then cast({{ quantity }} as integer) end
{%- endmacro %}

{#- Id of a finding: the first 16 hex digits of the SHA-256 of its identity. -#}
{% macro finding_hash(identity) -%}
    {{ return(adapter.dispatch('finding_hash', 'tenantry')(identity)) }}
{%- endmacro %}

{% macro default__finding_hash(identity) -%}
    substring(sha2({{ identity }}, 256), 1, 16)
{%- endmacro %}

{% macro duckdb__finding_hash(identity) -%}
    left(sha256({{ identity }}), 16)
{%- endmacro %}

{#-
    The first day after a commitment, whichever convention the vendor follows: an end on the day of
    the month on which the term began is that day, one on the day before it is the last day of the
    term; else an end on day 1 is exclusive and any other end a last day.
-#}
{% macro exclusive_term_end(start_day, end_day) -%}
    case
        when extract(day from {{ end_day }}) = extract(day from {{ start_day }}) then {{ end_day }}
        when extract(day from {{ add_days(end_day, 1) }}) = extract(day from {{ start_day }})
            then {{ add_days(end_day, 1) }}
        when extract(day from {{ end_day }}) = 1 then {{ end_day }}
        else {{ add_days(end_day, 1) }}
    end
{%- endmacro %}

{#- Months and years in which seats are paid; any other term is a charge and no seat. -#}
{% macro is_seat_term(billing_term) -%}
    {{ billing_term }} in ('monthly', 'annual', 'biennial', 'triennial')
{%- endmacro %}

{#-
    Money of some seats per month in the reporting currency, from the prices (`price`) or costs
    (`cost`) of int_license_valuations; null where these have a reason to be null.
-#}
{% macro seat_amount(seats, value) -%}
        case
            when int_license_valuations.{{ value }}_reason is null
                then {{ money_product(
                    seats ~ ' * int_license_valuations.unit_' ~ value ~ '_amount',
                    'int_license_valuations.' ~ value ~ '_fx_rate'
                ) }}
        end
{%- endmacro %}

{#-
    Columns unit_amount, monthly_amount, annual_amount, paid_monthly_amount and amount_reason of a
    seat-based leak. Months are rounded once, years are twelve of them. What the MSP pays for the
    seats is known from their cost, whatever the price; `is_paid` is false where nobody pays them.
-#}
{% macro leak_amounts(seats, value, is_paid=true) -%}
    case
        when int_license_valuations.{{ value }}_reason is null
            then cast(round(
                int_license_valuations.unit_{{ value }}_amount
                * int_license_valuations.{{ value }}_fx_rate,
                6
            ) as decimal(19, 6))
    end as unit_amount,
    {{ seat_amount(seats, value) }} as monthly_amount,
    cast(12 * ({{ seat_amount(seats, value) }}) as decimal(18, 4)) as annual_amount,
    {% if is_paid -%}
    {{ seat_amount(seats, 'cost') }}
    {%- else -%}
    cast(null as decimal(18, 4))
    {%- endif %} as paid_monthly_amount,
    int_license_valuations.{{ value }}_reason as amount_reason
{%- endmacro %}
