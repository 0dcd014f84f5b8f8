{#- The legs that a verdict needs: only a side that exists is compared. -#}
{%- set legs %}
                case when has_tenant_side then tenant_leg_state else 'fresh' end,
                psa_leg_state,
                case when has_account then distributor_leg_state else 'fresh' end,
                case when has_account then charge_leg_state else 'fresh' end
{%- endset %}
with

int_license_seats_joined as (

    select
        customer_id,
        product_id,
        currency_code,
        unit_cost_currency_code,
        commitment_term,
        tenant_leg_state,
        psa_leg_state,
        distributor_leg_state,
        charge_leg_state,
        tenant_enabled_seats,
        tenant_consumed_seats,
        assigned_disabled_seats,
        assigned_inactive_seats,
        contracted_seats,
        distributor_seats,
        billed_seats,
        reducible_seats,
        committed_seats,
        unit_price_amount,
        unit_cost_amount,
        has_account,
        has_tenant_side,
        is_product_mapped,
        has_fraction,
        term_end_date
    from {{ ref('int_license_seats_joined') }}

),

map_customers as (

    select status
    from {{ ref('map_customers') }}

),

-- `unassigned` is ambiguous as soon as one tenant or account is.
ambiguous_sources as (

    select count(*) as source_count
    from map_customers
    where status in ('ambiguous', 'conflict')

),

judged as (

    select
        int_license_seats_joined.*,
        case
            when customer_id = 'unassigned' and ambiguous_sources.source_count > 0
                then 'ambiguous_customer'
            when customer_id = 'unassigned' then 'unmapped_customer'
            when 'missing' in ({{ legs }}) or 'not_configured' in ({{ legs }})
                then 'leg_missing'
            when 'stale' in ({{ legs }}) then 'leg_stale'
            when not is_product_mapped then 'unmapped_product'
            -- The agreement alone agrees with nothing.
            when not has_tenant_side and not has_account then 'leg_missing'
            when has_fraction then 'fractional_quantity'
        end as verdict_reason,
        not has_tenant_side
        or (
            tenant_enabled_seats = contracted_seats and tenant_consumed_seats = contracted_seats
        ) as is_tenant_alike,
        not has_account
        or (distributor_seats = contracted_seats and billed_seats = contracted_seats)
            as is_distributor_alike
    from int_license_seats_joined
    cross join ambiguous_sources

),

final as (

    select
        customer_id,
        product_id,
        currency_code,
        unit_cost_currency_code,
        commitment_term,
        tenant_leg_state,
        psa_leg_state,
        distributor_leg_state,
        case
            when verdict_reason is not null then 'unreconcilable'
            when is_tenant_alike and is_distributor_alike then 'match'
            else 'mismatch'
        end as verdict,
        verdict_reason,
        tenant_enabled_seats,
        tenant_consumed_seats,
        assigned_disabled_seats,
        assigned_inactive_seats,
        contracted_seats,
        distributor_seats,
        billed_seats,
        reducible_seats,
        committed_seats,
        unit_price_amount,
        unit_cost_amount,
        term_end_date
    from judged

)

select * from final
