with

messages as (

    select
        tenant_id,
        mailbox,
        message_id,
        matched_contact_ids
    from {{ ref('stg_microsoft__messages') }}

),

participants as (

    select
        tenant_id,
        mailbox,
        message_id,
        address
    from {{ ref('int_mail_participants_unnested') }}

),

contacts as (

    select
        contact_id,
        customer_id
    from {{ ref('int_mail_contacts_matched') }}

),

contact_addresses as (

    select
        contact_id,
        email_address
    from {{ ref('psa_contact_addresses') }}

),

contact_items as (

    select
        messages.tenant_id,
        messages.mailbox,
        messages.message_id,
        {{ json_scalar_text('item.value') }} as contact_id
    from messages {{ json_array_items('messages.matched_contact_ids', 'item') }}

),

contact_participants as (

    select
        participants.tenant_id,
        participants.mailbox,
        participants.message_id,
        contact_addresses.contact_id,
        participants.address
    from participants
    inner join contact_addresses
        on participants.address = contact_addresses.email_address

),

final as (

    select distinct
        contact_items.tenant_id,
        contact_items.mailbox,
        contact_items.message_id,
        contacts.customer_id,
        contact_participants.address as matched_address
    from contact_items
    inner join contacts
        on contact_items.contact_id = contacts.contact_id
    left join contact_participants
        on contact_items.tenant_id = contact_participants.tenant_id
        and contact_items.mailbox = contact_participants.mailbox
        and contact_items.message_id = contact_participants.message_id
        and contact_items.contact_id = contact_participants.contact_id

)

select * from final
