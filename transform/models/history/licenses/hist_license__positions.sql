{%- set key = ['customer_id', 'product_id'] %}
{%- set tracked = [
    'currency_code', 'unit_cost_currency_code', 'commitment_term', 'tenant_leg_state',
    'psa_leg_state', 'distributor_leg_state', 'verdict', 'verdict_reason',
    'tenant_enabled_seats', 'tenant_consumed_seats', 'assigned_disabled_seats',
    'assigned_inactive_seats', 'contracted_seats', 'distributor_seats', 'billed_seats',
    'reducible_seats', 'committed_seats', 'unit_price_amount', 'unit_cost_amount', 'term_end_date',
] %}

with

present as (

    select
        {{ (key + tracked) | join(',\n        ') }}
    from {{ ref('int_license_positions') }}

),

{{ observed_intervals(key, tracked) }}
