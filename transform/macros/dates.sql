{#- The run's closing date, an argument of the run; never the clock. -#}
{% macro as_of_date() -%}
    cast('{{ var("as_of_date") }}' as date)
{%- endmacro %}

{#- Documents dated after this day are not known yet; the closing date unless the run says otherwise. -#}
{% macro known_at_date() -%}
    cast('{{ var("known_at_date") or var("as_of_date") }}' as date)
{%- endmacro %}

{% macro run_started_at() -%}
    cast('{{ var("run_started_at") }}' as timestamp with time zone)
{%- endmacro %}

{#- History row of `relation` (a table name or alias) that holds at the closing date. -#}
{% macro valid_at(relation, day=none) -%}
    {%- set moment = day or as_of_date() -%}
    {{ relation }}.valid_from_date <= {{ moment }}
    and ({{ relation }}.valid_to_date is null or {{ relation }}.valid_to_date > {{ moment }})
{%- endmacro %}

{% macro month_start(day) -%}
    cast({{ dbt.date_trunc('month', day) }} as date)
{%- endmacro %}

{#- Whole days, positive or negative, as a date. -#}
{% macro add_days(day, days) -%}
    cast({{ dbt.dateadd('day', days, day) }} as date)
{%- endmacro %}

{% macro add_months(day, months) -%}
    cast({{ dbt.dateadd('month', months, day) }} as date)
{%- endmacro %}

{#- The first day after a period whose vendor gives its last day. -#}
{% macro exclusive_end(last_day) -%}
    {{ add_days(last_day, 1) }}
{%- endmacro %}

{#-
    The first day after a period whose vendor mixes both conventions: an end on day 1 of a month
    that lies after the start is already exclusive, any other end is the last day.
-#}
{% macro exclusive_end_mixed(start_day, end_day) -%}
    case
        when extract(day from {{ end_day }}) = 1 and {{ end_day }} > {{ start_day }} then {{ end_day }}
        else {{ add_days(end_day, 1) }}
    end
{%- endmacro %}

{#- Rows of one column `month`: the first days of all months that the rows of `relation` span. -#}
{% macro month_spine(relation, first_month, last_month) -%}
    {{ return(adapter.dispatch('month_spine', 'tenantry')(relation, first_month, last_month)) }}
{%- endmacro %}

{% macro default__month_spine(relation, first_month, last_month) -%}
    select cast(months.month as date) as month
    from (
        select min({{ first_month }}) as first_month, max({{ last_month }}) as last_month
        from {{ relation }}
    ) as bounds
    cross join lateral generate_series(
        bounds.first_month, bounds.last_month, interval '1 month'
    ) as months (month)
{%- endmacro %}

{% macro duckdb__month_spine(relation, first_month, last_month) -%}
    select cast(unnest(generate_series(
        cast(min({{ first_month }}) as timestamp),
        cast(max({{ last_month }}) as timestamp),
        interval '1 month'
    )) as date) as month
    from {{ relation }}
{%- endmacro %}

{#- The calendar date of an instant in an IANA time zone; the UTC date where the zone is null. -#}
{% macro date_in_zone(instant, zone) -%}
    {{ return(adapter.dispatch('date_in_zone', 'tenantry')(instant, zone)) }}
{%- endmacro %}

{% macro default__date_in_zone(instant, zone) -%}
    cast({{ instant }} at time zone coalesce({{ zone }}, 'UTC') as date)
{%- endmacro %}

{% macro duckdb__date_in_zone(instant, zone) -%}
    cast(timezone(coalesce({{ zone }}, 'UTC'), {{ instant }}) as date)
{%- endmacro %}

{#- The IANA names that the engine knows, as rows of one column `zone_name`. -#}
{% macro known_time_zones() -%}
    {{ return(adapter.dispatch('known_time_zones', 'tenantry')()) }}
{%- endmacro %}

{% macro default__known_time_zones() -%}
    select names.name as zone_name from pg_timezone_names() as names
{%- endmacro %}

{#- Hours between two instants, decimal(12, 4). -#}
{% macro hours_between(earlier, later) -%}
    {{ money_hours(dbt.datediff(earlier, later, 'second')) }}
{%- endmacro %}

{% macro money_hours(seconds) -%}
    cast({{ unit_share(seconds, 3600) }} as decimal(12, 4))
{%- endmacro %}

{#-
    Months of one billing cycle as text, from ConnectWise's `billingOptions`; `none` for what recurs
    in no whole month, null for an option that the vendor does not document.
-#}
{% macro billing_cycle_value(options) -%}
    case {{ options }}
        when 'Monthly' then '1'
        when 'BiMonthly' then '2'
        when 'Quarterly' then '3'
        when 'SemiAnnual' then '6'
        when 'Yearly' then '12'
        when 'Weekly' then 'none'
        when 'BiWeekly' then 'none'
        when 'NotRecurring' then 'none'
    end
{%- endmacro %}
