{{ config(materialized='table') }}

with

agreements as (

    select
        connection_id, agreement_id, company_id, bill_to_company_id, agreement_name, type_name,
        agreement_status, billing_cycle_name, currency_code, bill_amount, is_cancelled,
        is_one_time, start_date, end_date, cancelled_date, valid_from_date, valid_to_date
    from {{ ref('hist_connectwise__agreements') }}

),

customers as (

    select connection_id, customer_id, currency_code
    from {{ ref('psa_customers') }}

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
        agreements.billing_cycle_name,
        case
            when agreements.is_one_time then 'once'
            -- Twice a month is no whole month; bimonthly and biannual say twice or every other.
            when lower(agreements.billing_cycle_name) like '%semi%month%' then 'other'
            when lower(agreements.billing_cycle_name) like '%semi%' then 'semiannual'
            when lower(agreements.billing_cycle_name) like '%bi-%' then 'other'
            when lower(agreements.billing_cycle_name) like '%bimonth%' then 'other'
            when lower(agreements.billing_cycle_name) like '%biannual%' then 'other'
            when lower(agreements.billing_cycle_name) like '%quarter%' then 'quarterly'
            when lower(agreements.billing_cycle_name) like '%annual%' then 'annual'
            when lower(agreements.billing_cycle_name) like '%year%' then 'annual'
            when lower(agreements.billing_cycle_name) like '%month%' then 'monthly'
            else 'other'
        end as billing_period,
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
        billing_period,
        {{ months_in_period('billing_period') }} as billing_interval_months,
        currency_code,
        bill_amount as flat_period_amount,
        {{ money_share('bill_amount', 1, months_in_period('billing_period')) }}
            as flat_month_amount,
        status = 'active' as is_active,
        start_date,
        end_date
    from dated

)

select * from final
