{#- True when some row of the group meets the condition; false for none and for nulls. -#}
{% macro any_row(condition) -%}
    (coalesce(max(case when {{ condition }} then 1 else 0 end), 0) = 1)
{%- endmacro %}

{#-
    Reasons why a verdict is unknown, in the order of the design: where several hold, the first
    is named. `pim_not_read` and later ones concern rules only.
-#}
{% macro unknown_reasons() -%}
    {{ return([
        'stale',
        'missing',
        'not_permitted',
        'not_offered',
        'no_p1',
        'no_registration_row',
        'group_not_read',
        'external_mfa',
        'legacy_per_user_not_read',
        'pim_not_read',
        'expiry_not_known',
        'coverage_not_known',
        'sign_in_not_known',
        'score_not_known',
        'no_earlier_observation',
    ]) }}
{%- endmacro %}

{#- The place of a reason in that order; null for null and for what is no such reason. -#}
{% macro reason_rank(reason) -%}
    {{ return(adapter.dispatch('reason_rank', 'tenantry')(reason)) }}
{%- endmacro %}

{% macro default__reason_rank(reason) -%}
    case {{ reason }}
        {%- for name in unknown_reasons() %}
        when '{{ name }}' then {{ loop.index }}
        {%- endfor %}
    end
{%- endmacro %}

{#- A case repeats its operand once per branch in the plan; nested ones took seconds to plan. -#}
{% macro duckdb__reason_rank(reason) -%}
    nullif(list_position(['{{ unknown_reasons() | join("', '") }}'], {{ reason }}), 0)
{%- endmacro %}

{% macro reason_of_rank(rank) -%}
    {{ return(adapter.dispatch('reason_of_rank', 'tenantry')(rank)) }}
{%- endmacro %}

{% macro default__reason_of_rank(rank) -%}
    case {{ rank }}
        {%- for name in unknown_reasons() %}
        when {{ loop.index }} then '{{ name }}'
        {%- endfor %}
    end
{%- endmacro %}

{% macro duckdb__reason_of_rank(rank) -%}
    (['{{ unknown_reasons() | join("', '") }}'])[{{ rank }}]
{%- endmacro %}

{#- True when lower-case text fits a pattern in which `*` stands for any characters. -#}
{% macro fits_pattern(text, pattern) -%}
    {{ text }} like replace(
        replace(replace(replace({{ pattern }}, '!', '!!'), '%', '!%'), '_', '!_'), '*', '%'
    ) escape '!'
{%- endmacro %}

{#- The text of a JSON array from an ordered aggregate; `[]` where no row meets the condition. -#}
{% macro json_array_agg_where(expression, condition) -%}
    {{ json_array_agg('case when ' ~ condition ~ ' then ' ~ expression ~ ' end') }}
{%- endmacro %}

{#-
    True when a custom role's action gives power over sign-in or rights: role assignments and
    definitions, credentials, passwords, authentication methods, or everything.
-#}
{% macro is_powerful_action(action) -%}
    (
        {{ action }} not like '%/read'
        and (
            {%- for part in [
                'roleassignment', 'roledefinition', 'roleeligibility', 'rolemanagement',
                'credential', 'password', 'authenticationmethod'
            ] %}
            {{ action }} like '%{{ part }}%' or
            {%- endfor %}
            {{ action }} like '%/allentities/alltasks'
            or {{ action }} like '%/users/allproperties/alltasks'
            or {{ action }} like '%/applications%/allproperties/%'
            or {{ action }} like '%/serviceprincipals%/allproperties/%'
        )
    )
{%- endmacro %}

{#- Template id of the role that may do everything, the same in all tenants. -#}
{% macro global_administrator() -%}
    62e90394-69f5-4237-9190-012177145e10
{%- endmacro %}

{#- JSON text as a value inside another JSON value; without it, the text would be quoted again. -#}
{% macro json_of_text(text) -%}
    {{ return(adapter.dispatch('json_of_text', 'tenantry')(text)) }}
{%- endmacro %}

{% macro default__json_of_text(text) -%}
    parse_json({{ text }})
{%- endmacro %}

{% macro duckdb__json_of_text(text) -%}
    cast({{ text }} as json)
{%- endmacro %}

{#- Service plans that make an account one for daily work: a mailbox or the Office apps. -#}
{% macro is_daily_work_plan(plan_name) -%}
    (
        ({{ plan_name }} like 'exchange!_%' escape '!'
            -- Not mailboxes: the routing part of other licences, archives.
            and {{ plan_name }} not like '%foundation%'
            and {{ plan_name }} not like '%archive%')
        or {{ plan_name }} like 'officesubscription%'
        or {{ plan_name }} like 'office!_business%' escape '!'
        or {{ plan_name }} like 'office!_pro!_plus%' escape '!'
    )
{%- endmacro %}

{#- Whole days of a list of instants' newest one, as a UTC date; null where none is known. -#}
{% macro newest_date(instants) -%}
    greatest(
        {%- for instant in instants %}
        {{ date_in_zone(instant, "'UTC'") }}{{ ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}

{#-
    Whether a sign-in with success lies within the limit, of columns of int_sign_ins_joined_to_user:
    `idle`, `used` (or too new to be idle), or null where an attempt may have been a success that
    nobody kept, or where neither sign-in nor creation is known.
-#}
{% macro sign_in_use(limit_date) -%}
    case
        when idle_since_date <= {{ limit_date }} then 'idle'
        when last_successful_sign_in_date > {{ limit_date }} or created_date > {{ limit_date }}
            then 'used'
    end
{%- endmacro %}

{#- What a sentence says of an account's last sign-in; columns of int_sign_ins_joined_to_user. -#}
{% macro sign_in_sentence() -%}
    coalesce(
        'last successful sign-in on ' || cast(last_successful_sign_in_date as varchar),
        case
            when last_attempt_date is not null
                then 'no successful sign-in known, last attempt on '
                    || cast(last_attempt_date as varchar)
        end,
        'no sign-in known'
    )
{%- endmacro %}

{#- True on every row of a partition of which some row meets the condition. -#}
{% macro window_any_row(condition, columns) -%}
    max(case when {{ condition }} then 1 else 0 end)
        over (partition by {{ columns | join(', ') }}) = 1
{%- endmacro %}
