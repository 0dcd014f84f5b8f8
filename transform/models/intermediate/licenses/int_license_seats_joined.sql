{{ config(materialized='table') }}

with

int_license_products as (

    select product_id, is_mapped, sku_id is not null as has_tenant_side
    from {{ ref('int_license_products') }}

),

int_license_customer_legs as (

    select
        customer_id,
        sku_leg_state,
        holder_leg_state,
        tenant_leg_state,
        psa_leg_state,
        distributor_leg_state,
        charge_leg_state,
        has_account
    from {{ ref('int_license_customer_legs') }}

),

int_license_tenant_seats as (

    select
        customer_id,
        product_id,
        cast(sum(enabled_seats) as integer) as tenant_enabled_seats,
        cast(sum(consumed_seats) as integer) as tenant_consumed_seats,
        cast(sum(blocked_seats) as integer) as assigned_disabled_seats,
        case when count(*) = count(inactive_seats) then cast(sum(inactive_seats) as integer) end
            as assigned_inactive_seats
    from {{ ref('int_license_tenant_seats') }}
    group by customer_id, product_id

),

int_license_contract_seats as (

    select
        customer_id,
        product_id,
        currency_code,
        contracted_seats,
        unit_price_amount,
        has_fraction
    from {{ ref('int_license_contract_seats') }}

),

int_license_distributor_seats as (

    select
        customer_id,
        product_id,
        currency_code,
        commitment_term,
        distributor_seats,
        reducible_seats,
        committed_seats,
        unit_cost_amount,
        has_fraction,
        term_end_date
    from {{ ref('int_license_distributor_seats') }}

),

int_license_billed_seats as (

    select customer_id, product_id, billed_seats
    from {{ ref('int_license_billed_seats') }}

),

customer_products as (

    select customer_id, product_id
    from {{ ref('int_license_customer_products') }}

),

-- A stale leg keeps its last good value beside its state; a missing one leaves null, and so does
-- a side that does not exist: a product without a Microsoft SKU is in no tenant.
final as (

    select
        customer_products.customer_id,
        customer_products.product_id,
        {%- set seen_sides = [
            ('tenant_enabled_seats', 'sku_leg_state'),
            ('tenant_consumed_seats', 'holder_leg_state'),
            ('assigned_disabled_seats', 'holder_leg_state'),
        ] %}
        {%- for seats, leg_state in seen_sides %}
        case
            when
                int_license_products.has_tenant_side
                and int_license_customer_legs.{{ leg_state }} in ('fresh', 'stale')
                then coalesce(int_license_tenant_seats.{{ seats }}, 0)
        end as {{ seats }},
        {%- endfor %}
        case
            when not int_license_products.has_tenant_side then null
            when int_license_customer_legs.holder_leg_state not in ('fresh', 'stale') then null
            -- Nobody holds a product that no tenant shows.
            when int_license_tenant_seats.customer_id is null then 0
            else int_license_tenant_seats.assigned_inactive_seats
        end as assigned_inactive_seats,
        case
            when
                int_license_customer_legs.psa_leg_state in ('fresh', 'stale')
                and not coalesce(int_license_contract_seats.has_fraction, false)
                then coalesce(int_license_contract_seats.contracted_seats, 0)
        end as contracted_seats,
        case
            when
                int_license_customer_legs.distributor_leg_state in ('fresh', 'stale')
                and not coalesce(int_license_distributor_seats.has_fraction, false)
                then coalesce(int_license_distributor_seats.distributor_seats, 0)
        end as distributor_seats,
        case
            when int_license_customer_legs.charge_leg_state not in ('fresh', 'stale') then null
            when int_license_billed_seats.customer_id is null then 0
            else int_license_billed_seats.billed_seats
        end as billed_seats,
        case
            when int_license_customer_legs.psa_leg_state in ('fresh', 'stale')
                then int_license_contract_seats.unit_price_amount
        end as unit_price_amount,
        case
            when int_license_customer_legs.distributor_leg_state in ('fresh', 'stale')
                then int_license_distributor_seats.unit_cost_amount
        end as unit_cost_amount,
        int_license_contract_seats.currency_code,
        int_license_distributor_seats.currency_code as unit_cost_currency_code,
        int_license_distributor_seats.commitment_term,
        int_license_distributor_seats.term_end_date,
        int_license_distributor_seats.reducible_seats,
        int_license_distributor_seats.committed_seats,
        int_license_customer_legs.tenant_leg_state,
        int_license_customer_legs.psa_leg_state,
        int_license_customer_legs.distributor_leg_state,
        int_license_customer_legs.charge_leg_state,
        int_license_customer_legs.has_account,
        coalesce(int_license_products.has_tenant_side, false) as has_tenant_side,
        coalesce(int_license_products.is_mapped, false) as is_product_mapped,
        coalesce(int_license_contract_seats.has_fraction, false)
        or coalesce(int_license_distributor_seats.has_fraction, false) as has_fraction
    from customer_products
    inner join int_license_customer_legs
        on customer_products.customer_id = int_license_customer_legs.customer_id
    left join int_license_products
        on customer_products.product_id = int_license_products.product_id
    left join int_license_tenant_seats
        on customer_products.customer_id = int_license_tenant_seats.customer_id
        and customer_products.product_id = int_license_tenant_seats.product_id
    left join int_license_contract_seats
        on customer_products.customer_id = int_license_contract_seats.customer_id
        and customer_products.product_id = int_license_contract_seats.product_id
    left join int_license_distributor_seats
        on customer_products.customer_id = int_license_distributor_seats.customer_id
        and customer_products.product_id = int_license_distributor_seats.product_id
    left join int_license_billed_seats
        on customer_products.customer_id = int_license_billed_seats.customer_id
        and customer_products.product_id = int_license_billed_seats.product_id

)

select * from final
