{{ config(materialized='table') }}

{%- set kind_legs = {
    'uncontracted': ['psa_leg_state', 'held_leg_state'],
    'overbilled': ['psa_leg_state', 'sku_leg_state', 'bought_leg_state'],
    'billed_after_cancel': ['distributor_leg_state', 'charge_leg_state'],
    'assigned_to_disabled': ['holder_leg_state'],
    'shelfware': ['sku_leg_state', 'holder_leg_state'],
    'unknown_source': ['sku_leg_state', 'distributor_leg_state'],
} %}
{%- set money_kinds = ['uncontracted', 'overbilled', 'unknown_source'] %}

with

int_license_customer_legs as (

    select
        customer_id,
        sku_leg_state,
        holder_leg_state,
        psa_leg_state,
        distributor_leg_state,
        charge_leg_state,
        case when has_account then distributor_leg_state else sku_leg_state end as held_leg_state,
        -- Without an account nothing is bought there, and no leg is needed to know it.
        case when has_account then distributor_leg_state else 'fresh' end as bought_leg_state,
        is_billable
    from {{ ref('int_license_customer_legs') }}
    where customer_id <> 'unassigned'

),

int_license_tenant_legs as (

    select tenant_id, sku_leg_state, holder_leg_state
    from {{ ref('int_license_tenant_legs') }}

),

int_license_connection_legs as (

    select connection_id, kind, seat_leg_state, charge_leg_state
    from {{ ref('int_license_connection_legs') }}

),

stg_config__tenants as (

    select tenant_id
    from {{ ref('stg_config__tenants') }}

),

-- A tenant whose id was not resolved this time may be anybody's: who lost theirs keeps findings.
unresolved_tenants as (

    select count(*) as tenant_count
    from stg_config__tenants
    left join int_license_tenant_legs
        on stg_config__tenants.tenant_id = int_license_tenant_legs.tenant_id
    where int_license_tenant_legs.tenant_id is null

),

customer_kinds as (

    {% for kind, legs in kind_legs.items() -%}
    select
        '{{ kind }}' as kind,
        customer_id,
        case
            when 'not_configured' in ({{ legs | join(', ') }}) then 'not_configured'
            when 'missing' in ({{ legs | join(', ') }}) then 'missing'
            when 'stale' in ({{ legs | join(', ') }}) then 'stale'
            else 'fresh'
        end as scope_state
    from int_license_customer_legs
    {%- if kind in money_kinds %}
    where is_billable
    {%- endif %}
    {%- if not loop.last %}

    union all

    {% endif -%}
    {%- endfor %}

),

customer_scopes as (

    select
        customer_kinds.kind || '|' || customer_kinds.customer_id as scope_id,
        case
            when customer_kinds.scope_state = 'not_configured' then 'missing'
            else customer_kinds.scope_state
        end as scope_state
    from customer_kinds
    cross join unresolved_tenants
    where
        customer_kinds.scope_state <> 'not_configured'
        or unresolved_tenants.tenant_count > 0

),

unmapped_scopes as (

    select
        'unmapped|tenant|' || tenant_id as scope_id,
        {{ worse_leg_state('sku_leg_state', 'holder_leg_state') }} as scope_state
    from int_license_tenant_legs

    union all

    select
        'unmapped|distributor|' || connection_id as scope_id,
        {{ worse_leg_state('seat_leg_state', 'charge_leg_state') }} as scope_state
    from int_license_connection_legs
    where kind = 'distributor'

    union all

    select
        'unmapped|psa' as scope_id,
        {{ worst_leg_state('seat_leg_state') }} as scope_state
    from int_license_connection_legs
    where kind = 'psa'
    having count(*) > 0

),

final as (

    select scope_id, scope_state
    from customer_scopes

    union all

    select scope_id, scope_state
    from unmapped_scopes

)

select * from final
