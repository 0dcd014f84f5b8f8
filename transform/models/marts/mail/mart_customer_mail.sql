with

messages as (

    select
        tenant_id,
        mailbox,
        message_id,
        conversation_id,
        folder,
        subject,
        preview,
        from_address,
        has_attachments,
        received_at
    from {{ ref('stg_microsoft__messages') }}

),

matches as (

    select
        tenant_id,
        mailbox,
        message_id,
        customer_id,
        match_rule,
        matched_address
    from {{ ref('int_messages_matched') }}

),

mailboxes as (

    select
        tenant_id,
        mailbox,
        has_preview
    from {{ ref('stg_config__mailboxes') }}

),

customers as (

    select
        customer_id,
        customer_name
    from {{ ref('dim_customers') }}

),

participants as (

    select
        tenant_id,
        mailbox,
        message_id,
        {{ json_array_agg('address') }} as participant_addresses
    from {{ ref('int_mail_participants_unnested') }}
    group by tenant_id, mailbox, message_id

),

-- A mailbox that left the list shows nothing any more, whatever was read of it before.
final as (

    select
        matches.customer_id,
        customers.customer_name,
        messages.mailbox,
        messages.message_id,
        messages.conversation_id,
        messages.received_at,
        case
            when messages.folder = 'sentitems' or messages.from_address = messages.mailbox
                then 'out'
            else 'in'
        end as direction,
        messages.from_address,
        coalesce(participants.participant_addresses, '[]') as participant_addresses,
        messages.subject,
        case when mailboxes.has_preview then messages.preview end as preview,
        messages.has_attachments,
        matches.match_rule,
        matches.matched_address
    from messages
    inner join matches
        on messages.tenant_id = matches.tenant_id
        and messages.mailbox = matches.mailbox
        and messages.message_id = matches.message_id
    inner join mailboxes
        on messages.tenant_id = mailboxes.tenant_id
        and messages.mailbox = mailboxes.mailbox
    inner join customers
        on matches.customer_id = customers.customer_id
    left join participants
        on messages.tenant_id = participants.tenant_id
        and messages.mailbox = participants.mailbox
        and messages.message_id = participants.message_id

)

select * from final
