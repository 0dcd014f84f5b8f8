{#- The legs that a verdict needs: an account is compared only where there is one. -#}
{%- set legs %}
                int_license_seats_joined.tenant_leg_state,
                int_license_seats_joined.psa_leg_state,
                case
                    when int_license_seats_joined.has_account
                        then int_license_seats_joined.distributor_leg_state
                    else 'fresh'
                end
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
        tenant_enabled_seats,
        tenant_consumed_seats,
        assigned_disabled_seats,
        contracted_seats,
        distributor_seats,
        billed_seats,
        reducible_seats,
        unit_price_amount,
        unit_cost_amount,
        has_account,
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
        int_license_seats_joined.customer_id,
        int_license_seats_joined.product_id,
        case
            when
                int_license_seats_joined.customer_id = 'unassigned'
                and ambiguous_sources.source_count > 0
                then 'ambiguous_customer'
            when int_license_seats_joined.customer_id = 'unassigned' then 'unmapped_customer'
            when 'missing' in ({{ legs }}) or 'not_configured' in ({{ legs }})
                then 'leg_missing'
            when 'stale' in ({{ legs }}) then 'leg_stale'
            when not int_license_seats_joined.is_product_mapped then 'unmapped_product'
            when int_license_seats_joined.has_fraction then 'fractional_quantity'
        end as verdict_reason
    from int_license_seats_joined
    cross join ambiguous_sources

),

final as (

    select
        int_license_seats_joined.customer_id,
        int_license_seats_joined.product_id,
        int_license_seats_joined.currency_code,
        int_license_seats_joined.unit_cost_currency_code,
        int_license_seats_joined.commitment_term,
        int_license_seats_joined.tenant_leg_state,
        int_license_seats_joined.psa_leg_state,
        int_license_seats_joined.distributor_leg_state,
        case
            when judged.verdict_reason is not null then 'unreconcilable'
            when
                int_license_seats_joined.tenant_enabled_seats
                = int_license_seats_joined.contracted_seats
                and int_license_seats_joined.tenant_consumed_seats
                = int_license_seats_joined.contracted_seats
                and (
                    not int_license_seats_joined.has_account
                    or int_license_seats_joined.distributor_seats
                    = int_license_seats_joined.contracted_seats
                )
                then 'match'
            else 'mismatch'
        end as verdict,
        judged.verdict_reason,
        int_license_seats_joined.tenant_enabled_seats,
        int_license_seats_joined.tenant_consumed_seats,
        int_license_seats_joined.assigned_disabled_seats,
        int_license_seats_joined.contracted_seats,
        int_license_seats_joined.distributor_seats,
        int_license_seats_joined.billed_seats,
        int_license_seats_joined.reducible_seats,
        int_license_seats_joined.unit_price_amount,
        int_license_seats_joined.unit_cost_amount,
        int_license_seats_joined.term_end_date
    from int_license_seats_joined
    inner join judged
        on int_license_seats_joined.customer_id = judged.customer_id
        and int_license_seats_joined.product_id = judged.product_id

)

select * from final
