with

events as (

    select
        tenant_id,
        mailbox,
        event_id,
        subject,
        sensitivity,
        organizer_address,
        location,
        attendees,
        is_all_day,
        is_cancelled,
        is_online,
        starts_at,
        ends_at,
        -- What its owner marked as not for everybody is shown with its times only.
        coalesce(lower(sensitivity), '') <> 'normal' as is_private
    from {{ ref('stg_microsoft__events') }}

),

matches as (

    select
        tenant_id,
        mailbox,
        event_id,
        customer_id,
        match_rule
    from {{ ref('int_events_matched') }}

),

mailboxes as (

    select
        tenant_id,
        mailbox
    from {{ ref('stg_config__mailboxes') }}

),

customers as (

    select
        customer_id,
        customer_name
    from {{ ref('dim_customers') }}

),

attendee_items as (

    select
        events.tenant_id,
        events.mailbox,
        events.event_id,
        lower({{ json_text('attendee.value', 'emailAddress.address') }}) as address
    from events {{ json_array_items('events.attendees', 'attendee') }}

),

attendees as (

    select
        tenant_id,
        mailbox,
        event_id,
        {{ json_array_agg('address') }} as attendee_addresses
    from attendee_items
    group by tenant_id, mailbox, event_id

),

final as (

    select
        matches.customer_id,
        customers.customer_name,
        events.mailbox,
        events.event_id,
        events.starts_at,
        events.ends_at,
        events.is_all_day,
        events.is_private,
        case when not events.is_private then events.subject end as subject,
        case when not events.is_private then events.organizer_address end as organizer_address,
        case when not events.is_private then coalesce(attendees.attendee_addresses, '[]') end
            as attendee_addresses,
        case when not events.is_private then events.location end as location,
        events.is_online,
        events.is_cancelled,
        matches.match_rule
    from events
    inner join matches
        on events.tenant_id = matches.tenant_id
        and events.mailbox = matches.mailbox
        and events.event_id = matches.event_id
    inner join mailboxes
        on events.tenant_id = mailboxes.tenant_id
        and events.mailbox = mailboxes.mailbox
    inner join customers
        on matches.customer_id = customers.customer_id
    left join attendees
        on events.tenant_id = attendees.tenant_id
        and events.mailbox = attendees.mailbox
        and events.event_id = attendees.event_id

)

select * from final
