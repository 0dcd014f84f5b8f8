with

source as (

    select *
    from {{ source('microsoft', 'events') }}

),

final as (

    select
        lower(tenant_id) as tenant_id,
        lower(mailbox) as mailbox,
        id as event_id,
        ical_uid,
        series_master_id,
        type as event_type,
        subject,
        sensitivity,
        show_as,
        response,
        lower(organizer_address) as organizer_address,
        location,
        attendees,
        matched_contact_ids,
        matched_domains,
        coalesce(is_all_day, false) as is_all_day,
        coalesce(is_cancelled, false) as is_cancelled,
        coalesce(is_organizer, false) as is_organizer,
        coalesce(is_online_meeting, false) as is_online,
        start_date_time as starts_at,
        end_date_time as ends_at,
        _connection_id as connection_id,
        _run_id,
        _as_of_date,
        _extracted_at as extracted_at,
        _dlt_load_id
    from source

)

select * from final
