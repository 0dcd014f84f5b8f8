{{ config(materialized='table') }}

with

time_entries as (

    select
        connection_id, time_entry_id, company_id, member_id, agreement_id, invoice_id,
        charge_to_id, charge_to_type, work_type_name, billable_option, entry_status,
        hourly_rate_amount, actual_hours, deducted_hours, billed_hours, started_at
    from {{ ref('stg_connectwise__time_entries') }}
    where not is_removed

),

member_zones as (

    select connection_id, member_id, iana_zone
    from {{ ref('int_member_time_zones') }}

),

msp as (

    select psa_customer_id
    from {{ ref('stg_config__msp') }}

),

-- Without a known zone the day is UTC's, and the entry says so.
dated as (

    select
        time_entries.*,
        msp.psa_customer_id,
        {{ date_in_zone('time_entries.started_at', 'member_zones.iana_zone') }} as work_date,
        member_zones.iana_zone is not null as is_time_zone_known
    from time_entries
    left join member_zones
        on time_entries.connection_id = member_zones.connection_id
        and time_entries.member_id = member_zones.member_id
    left join msp
        on lower(time_entries.charge_to_type) = 'chargecode'

),

final as (

    select
        connection_id,
        time_entry_id,
        -- Internal time is the MSP's own where it names no company.
        coalesce(company_id, psa_customer_id) as company_id,
        member_id as agent_id,
        agreement_id,
        invoice_id,
        billable_option,
        entry_status,
        actual_hours,
        billed_hours,
        case when lower(charge_to_type) = 'serviceticket' then charge_to_id end as ticket_id,
        work_type_name,
        hourly_rate_amount,
        deducted_hours,
        work_date,
        is_time_zone_known
    from dated
    where work_date <= {{ known_at_date() }}

)

select * from final
