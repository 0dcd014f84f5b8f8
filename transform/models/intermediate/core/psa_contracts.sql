{{ config(materialized='table') }}

with

agreements as (

    select
        connection_id, agreement_id, company_id, bill_to_company_id, agreement_name, type_name,
        agreement_status, currency_code, bill_amount, is_cancelled, start_date, end_date,
        cancelled_date, valid_from_date, valid_to_date
    from {{ ref('hist_connectwise__agreements') }}

),

customers as (

    select connection_id, customer_id, currency_code
    from {{ ref('psa_customers') }}

),

cycles as (

    select
        connection_id, agreement_id, billing_cycle_name, is_cycle_known, billing_interval_months
    from {{ ref('int_agreement_billing_cycles') }}

),

connections as (

    select vendor, connection_id, base_currency_code
    from {{ ref('stg_config__connections') }}

),

dated as (

    select
        agreements.connection_id,
        agreements.agreement_id,
        coalesce(customers.customer_id, 'unassigned') as customer_id,
        agreements.bill_to_company_id,
        agreements.agreement_name,
        agreements.type_name,
        cycles.billing_cycle_name,
        cycles.is_cycle_known,
        cycles.billing_interval_months,
        coalesce(
            agreements.currency_code,
            customers.currency_code,
            connections.base_currency_code,
            '{{ var("reporting_currency") }}'
        ) as currency_code,
        agreements.bill_amount,
        case
            when
                (agreements.is_cancelled or lower(agreements.agreement_status) = 'cancelled')
                and agreements.cancelled_date is null
                then 'cancelled'
            when agreements.cancelled_date <= {{ as_of_date() }} then 'cancelled'
            when agreements.end_date <= {{ as_of_date() }} then 'expired'
            when lower(agreements.agreement_status) = 'expired' then 'expired'
            when lower(agreements.agreement_status) = 'inactive' then 'inactive'
            when agreements.start_date > {{ as_of_date() }} then 'draft'
            else 'active'
        end as status,
        agreements.start_date,
        least(
            coalesce(agreements.end_date, agreements.cancelled_date),
            coalesce(agreements.cancelled_date, agreements.end_date)
        ) as end_date
    from agreements
    inner join cycles
        on agreements.connection_id = cycles.connection_id
        and agreements.agreement_id = cycles.agreement_id
    left join customers
        on agreements.connection_id = customers.connection_id
        and agreements.company_id = customers.customer_id
    left join connections
        on agreements.connection_id = connections.connection_id
        and connections.vendor = 'connectwise'
    where {{ valid_at('agreements') }}

),

final as (

    select
        connection_id,
        agreement_id as contract_id,
        customer_id,
        bill_to_company_id as bill_to_customer_id,
        agreement_name as contract_name,
        'recurring_service' as contract_type,
        type_name as source_type,
        status,
        billing_cycle_name,
        is_cycle_known,
        billing_interval_months,
        currency_code,
        bill_amount as flat_period_amount,
        {{ money_share('bill_amount', 1, 'billing_interval_months') }} as flat_month_amount,
        status = 'active' as is_active,
        start_date,
        end_date
    from dated

)

select * from final
