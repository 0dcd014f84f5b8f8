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
    Columns monthly_amount, annual_amount and amount_reason of a seat-based leak, from the prices
    (`price`) or costs (`cost`) of int_license_valuations. Months are rounded once, years are
    twelve of them.
-#}
{% macro leak_amounts(seats, value) -%}
    {%- set monthly -%}
        case
            when int_license_valuations.{{ value }}_reason is null
                then {{ money_product(
                    seats ~ ' * int_license_valuations.unit_' ~ value ~ '_amount',
                    'int_license_valuations.' ~ value ~ '_fx_rate'
                ) }}
        end
    {%- endset -%}
    {{ monthly }} as monthly_amount,
    cast(12 * ({{ monthly }}) as decimal(18, 4)) as annual_amount,
    int_license_valuations.{{ value }}_reason as amount_reason
{%- endmacro %}
