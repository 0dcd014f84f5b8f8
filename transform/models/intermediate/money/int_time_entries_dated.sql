{{ config(materialized='table') }}

with

time_entries as (

    select
        connection_id, time_entry_id, company_id, member_id, agreement_id, invoice_id,
        charge_to_type, billable_option, entry_status, actual_hours, billed_hours, started_at
    from {{ ref('stg_connectwise__time_entries') }}
    where not is_removed

),

members as (

    select connection_id, member_id, time_zone_name
    from {{ ref('stg_connectwise__members') }}

),

msp as (

    select psa_customer_id
    from {{ ref('stg_config__msp') }}

),

windows_zones as (

    select zone_name, iana_zone
    from {{ ref('time_zones') }}

),

engine_zones as (

    {{ known_time_zones() }}

),

-- The PSA may name a zone the Windows way or the IANA way; what the engine does not know is UTC.
member_zones as (

    select
        members.connection_id,
        members.member_id,
        engine_zones.zone_name
    from members
    left join windows_zones
        on lower(trim(members.time_zone_name)) = lower(windows_zones.zone_name)
    inner join engine_zones
        on lower(coalesce(windows_zones.iana_zone, trim(members.time_zone_name)))
        = lower(engine_zones.zone_name)

),

dated as (

    select
        time_entries.*,
        msp.psa_customer_id,
        {{ date_in_zone('time_entries.started_at', 'member_zones.zone_name') }} as work_date
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
        work_date
    from dated
    where work_date <= {{ known_at_date() }}

)

select * from final
