{#-
    Exact arithmetic on decimals. An engine's `/` and `avg` may go through doubles; these do not.
    Every result is rounded half away from zero, once.
-#}

{#- amount * part / whole, decimal(18, 4); null when whole is 0. -#}
{% macro money_share(amount, part, whole) -%}
    {{ return(adapter.dispatch('money_share', 'tenantry')(amount, part, whole)) }}
{%- endmacro %}

{% macro default__money_share(amount, part, whole) -%}
    cast(round(
        cast({{ amount }} as decimal(38, 10)) * ({{ part }}) / nullif({{ whole }}, 0), 4
    ) as decimal(18, 4))
{%- endmacro %}

{% macro duckdb__money_share(amount, part, whole) -%}
    {{ scaled_quotient(
        'cast(cast(' ~ amount ~ ' as decimal(38, 4)) * 10000 as hugeint)'
        ~ ' * cast(cast(' ~ part ~ ' as decimal(38, 6)) * 1000000 as hugeint)',
        'cast(cast(' ~ whole ~ ' as decimal(38, 6)) * 1000000 as hugeint)',
        4,
        18
    ) }}
{%- endmacro %}

{#- a unit price from an amount and a count: amount / whole, decimal(19, 6); null when whole is 0. -#}
{% macro unit_share(amount, whole) -%}
    {{ return(adapter.dispatch('unit_share', 'tenantry')(amount, whole)) }}
{%- endmacro %}

{% macro default__unit_share(amount, whole) -%}
    cast(round(
        cast({{ amount }} as decimal(38, 10)) / nullif({{ whole }}, 0), 6
    ) as decimal(19, 6))
{%- endmacro %}

{% macro duckdb__unit_share(amount, whole) -%}
    {{ scaled_quotient(
        'cast(cast(' ~ amount ~ ' as decimal(38, 6)) * 1000000 as hugeint) * cast(1000000 as hugeint)',
        'cast(cast(' ~ whole ~ ' as decimal(38, 6)) * 1000000 as hugeint)',
        6,
        19
    ) }}
{%- endmacro %}

{#-
    a / b as a ratio, decimal(9, 6); null when b is 0. A ratio beyond the type (a margin of a
    customer with nearly no revenue) stops at the type's end instead of failing the build.
-#}
{% macro ratio(a, b) -%}
    {{ return(adapter.dispatch('ratio', 'tenantry')(a, b)) }}
{%- endmacro %}

{% macro default__ratio(a, b) -%}
    cast(greatest(-999.999999, least(999.999999, round(
        cast({{ a }} as decimal(38, 10)) / nullif({{ b }}, 0), 6
    ))) as decimal(9, 6))
{%- endmacro %}

{% macro duckdb__ratio(a, b) -%}
    {{ scaled_quotient(
        'cast(cast(' ~ a ~ ' as decimal(38, 6)) * 1000000 as hugeint) * cast(1000000 as hugeint)',
        'cast(cast(' ~ b ~ ' as decimal(38, 6)) * 1000000 as hugeint)',
        6,
        9,
        999999999
    ) }}
{%- endmacro %}

{#- amount * factor, decimal(18, 4). The factor is a price, a quantity, hours or an exchange rate. -#}
{% macro money_product(amount, factor) -%}
    cast({{ amount }} * {{ factor }} as decimal(18, 4))
{%- endmacro %}

{#- Cents of a final sum; never of its parts. -#}
{% macro money_cents(amount) -%}
    cast(round(cast({{ amount }} as decimal(18, 4)), 2) as decimal(18, 4))
{%- endmacro %}

{#- Sum that stays decimal(18, 4); 0 where nothing matches. -#}
{% macro money_sum(amount, condition=none) -%}
    cast(coalesce(sum({{ amount }})
        {%- if condition %} filter (where {{ condition }}){% endif %}, 0) as decimal(18, 4))
{%- endmacro %}

{#- DuckDB: integers divided half away from zero, then moved `scale` places right. -#}
{% macro scaled_quotient(numerator, denominator, scale, precision, limit=none) -%}
    {%- set dividend = '(' ~ numerator ~ ')' -%}
    {%- set divisor = 'nullif(' ~ denominator ~ ', 0)' -%}
    {%- set rounded = '(2 * abs' ~ dividend ~ ' + abs(' ~ divisor ~ ')) // (2 * abs(' ~ divisor ~ '))' -%}
    {%- if limit -%}
        {%- set rounded = 'least(' ~ rounded ~ ', ' ~ limit ~ ')' -%}
    {%- endif -%}
    cast(
        cast(
            sign({{ dividend }}) * sign({{ divisor }}) * ({{ rounded }})
            as decimal({{ precision }}, 0)
        ) * cast(0.{{ '0' * (scale - 1) }}1 as decimal({{ scale + 1 }}, {{ scale }}))
        as decimal({{ precision }}, {{ scale }})
    )
{%- endmacro %}

{#- True for hours or an expense that a document names without asking money for them. -#}
{% macro is_not_billed(billable_option) -%}
    coalesce(lower({{ billable_option }}) in ('nocharge', 'donotbill'), false)
{%- endmacro %}


{#- The part of a gap that an amount without a known sign explains: the amount with the sign that
    makes the gap smaller, else 0. -#}
{% macro explained_part(gap, amount) -%}
    case
        when abs({{ gap }} + {{ amount }}) < abs({{ gap }}) then -{{ amount }}
        when abs({{ gap }} - {{ amount }}) < abs({{ gap }}) then {{ amount }}
        else 0
    end
{%- endmacro %}
