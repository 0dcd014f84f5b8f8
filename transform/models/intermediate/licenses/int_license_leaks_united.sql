{{ config(materialized='table') }}

{%- set leak_models = [
    ref('int_license_leak_uncontracted'),
    ref('int_license_leak_overbilled'),
    ref('int_license_leak_billed_after_cancel'),
    ref('int_license_leak_assigned_to_disabled'),
    ref('int_license_leak_shelfware'),
    ref('int_license_leak_unknown_source'),
    ref('int_license_leak_unmapped'),
] %}

with

leaks as (

    {% for leak_model in leak_models -%}
    select
        kind,
        side,
        customer_id,
        product_id,
        subscription_id,
        subject_id,
        scope_id,
        recommended_action,
        cast(seats as integer) as seats,
        unit_amount,
        monthly_amount,
        annual_amount,
        paid_monthly_amount,
        amount_reason
    from {{ leak_model }}
    {%- if not loop.last %}

    union all

    {% endif -%}
    {%- endfor %}

),

int_license_scopes as (

    select scope_id, scope_state
    from {{ ref('int_license_scopes') }}

),

-- Only what every leg that the kind needs shows today is an observation.
final as (

    select
        {{ finding_hash("leaks.kind || '|' || leaks.customer_id || '|' || leaks.subject_id") }}
            as finding_id,
        leaks.kind,
        leaks.side,
        leaks.customer_id,
        leaks.product_id,
        leaks.subscription_id,
        leaks.subject_id,
        leaks.scope_id,
        leaks.recommended_action,
        leaks.seats,
        leaks.unit_amount,
        leaks.monthly_amount,
        leaks.annual_amount,
        leaks.paid_monthly_amount,
        leaks.amount_reason
    from leaks
    inner join int_license_scopes
        on leaks.scope_id = int_license_scopes.scope_id
    where int_license_scopes.scope_state = 'fresh'

)

select * from final
