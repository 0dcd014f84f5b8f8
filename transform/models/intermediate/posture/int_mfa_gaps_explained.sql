{{ config(materialized='table') }}

{#-
    Why a sign-in passes without MFA in a tenant that asks for it: one row per scope, reason, class
    of values and policy. Of several reasons the first counts: a weaker control does as well, the
    user is left out, a rule leaves the app out, a value of one dimension is left out where another
    value is protected, a policy holds in some circumstances only, no policy includes the user.
    Where no policy comes near the sign-in, what the policies of the tenant leave out is the reason.
-#}
{%- set dimensions = {
    'app': 'app_class', 'location': 'location_class', 'platform': 'platform_class',
    'client': 'client',
} -%}
{%- set keys = ['app_class', 'client', 'platform_class', 'location_class'] -%}
{%- set shares = [
    'weaker_control', 'excluded', 'application_filter', 'narrowed', 'not_included',
    'distant_excluded', 'distant_app', 'distant_location', 'distant_platform', 'distant_client',
    'distant_not_included',
] -%}

with

-- Most scopes have no such sign-in: they need no look at the others of theirs.
scopes as (

    select distinct
        tenant_id,
        scope_id
    from {{ ref('int_mfa_gap_shares_classified') }}

),

judged as (

    select cells.*
    from {{ ref('int_conditional_access_cells_judged') }} as cells
    inner join scopes
        on cells.tenant_id = scopes.tenant_id
        and cells.scope_id = scopes.scope_id

),

cells as (

    select
        tenant_id,
        scope_id,
        {{ keys | join(', ') }},
        cell_state,
        {{ window_any_row('is_asked', ['tenant_id', 'scope_id']) }} as is_scope_asked,
        {%- for dimension, column in dimensions.items() %}
        {%- set others = keys | reject('equalto', column) | list %}
        {{ window_any_row(
            "cell_state = 'protected'" ~ (' and not is_legacy' if dimension == 'client' else ''),
            ['tenant_id', 'scope_id'] + others
        ) }} as has_protected_{{ dimension }}{{ ',' if not loop.last }}
        {%- endfor %}
    from judged

),

shares as (

    select
        tenant_id,
        scope_id,
        {{ keys | join(', ') }},
        policy_id,
        share
    from {{ ref('int_mfa_gap_shares_classified') }}

),

share_facts as (

    select
        tenant_id,
        scope_id,
        {{ keys | join(', ') }},
        {%- for share in shares %}
        {{ any_row("share = '" ~ share ~ "'") }} as is_{{ share }}{{ ',' if not loop.last }}
        {%- endfor %}
    from shares
    group by tenant_id, scope_id, {{ keys | join(', ') }}

),

explained as (

    select
        cells.tenant_id,
        cells.scope_id,
        {%- for key in keys %}
        cells.{{ key }},
        {%- endfor %}
        case
            when share_facts.is_weaker_control then 'weaker_control'
            when share_facts.is_excluded then 'excluded'
            when share_facts.is_application_filter then 'application_filter'
            {%- for dimension in dimensions %}
            when cells.is_scope_asked and cells.has_protected_{{ dimension }} then '{{ dimension }}'
            {%- endfor %}
            {%- for share in shares[3:] %}
            when share_facts.is_{{ share }} then '{{ share }}'
            {%- endfor %}
        end as explanation
    from cells
    inner join share_facts
        on cells.tenant_id = share_facts.tenant_id
        and cells.scope_id = share_facts.scope_id
        {%- for key in keys %}
        and cells.{{ key }} = share_facts.{{ key }}
        {%- endfor %}

),

final as (

    select distinct
        explained.tenant_id,
        explained.scope_id,
        replace(explained.explanation, 'distant_', '') as explanation,
        case explained.explanation
            {%- for dimension, column in dimensions.items() %}
            when 'distant_{{ dimension }}' then explained.{{ column }}
            {%- endfor %}
        end as item_class,
        shares.policy_id
    from explained
    inner join shares
        on explained.tenant_id = shares.tenant_id
        and explained.scope_id = shares.scope_id
        {%- for key in keys %}
        and explained.{{ key }} = shares.{{ key }}
        {%- endfor %}
        and explained.explanation = shares.share

    {%- for dimension, column in dimensions.items() %}

    union all

    select distinct
        tenant_id,
        scope_id,
        explanation,
        {{ column }} as item_class,
        cast(null as varchar) as policy_id
    from explained
    where explanation = '{{ dimension }}'
    {%- endfor %}

)

select * from final
