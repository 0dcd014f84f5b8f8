with

messages as (

    select
        tenant_id,
        mailbox,
        message_id,
        from_address,
        matched_contact_ids,
        matched_domains
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

domains as (

    select
        customer_id,
        domain
    from {{ ref('int_mail_domains_unnested') }}

),

contact_items as (

    select
        messages.tenant_id,
        messages.mailbox,
        messages.message_id,
        {{ json_scalar_text('item.value') }} as contact_id
    from messages {{ json_array_items('messages.matched_contact_ids', 'item') }}

),

domain_items as (

    select
        messages.tenant_id,
        messages.mailbox,
        messages.message_id,
        lower({{ json_scalar_text('item.value') }}) as domain
    from messages {{ json_array_items('messages.matched_domains', 'item') }}

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

contact_matches as (

    select
        contact_items.tenant_id,
        contact_items.mailbox,
        contact_items.message_id,
        contacts.customer_id,
        'contact' as match_rule,
        1 as rule_rank,
        contact_participants.address as matched_address
    from contact_items
    inner join contacts
        on contact_items.contact_id = contacts.contact_id
    left join contact_participants
        on contact_items.tenant_id = contact_participants.tenant_id
        and contact_items.mailbox = contact_participants.mailbox
        and contact_items.message_id = contact_participants.message_id
        and contact_items.contact_id = contact_participants.contact_id

),

domain_matches as (

    select
        domain_items.tenant_id,
        domain_items.mailbox,
        domain_items.message_id,
        domains.customer_id,
        'domain' as match_rule,
        2 as rule_rank,
        participants.address as matched_address
    from domain_items
    inner join domains
        on domain_items.domain = domains.domain
    left join participants
        on domain_items.tenant_id = participants.tenant_id
        and domain_items.mailbox = participants.mailbox
        and domain_items.message_id = participants.message_id
        and (
            participants.address like '%@' || domain_items.domain
            or participants.address like '%.' || domain_items.domain
        )

),

matches as (

    select * from contact_matches

    union all

    select * from domain_matches

),

ranked as (

    select
        matches.tenant_id,
        matches.mailbox,
        matches.message_id,
        matches.customer_id,
        matches.match_rule,
        -- A contact may have changed its address since the message came.
        coalesce(matches.matched_address, messages.from_address, messages.mailbox)
            as matched_address,
        row_number() over (
            partition by
                matches.tenant_id, matches.mailbox, matches.message_id, matches.customer_id
            order by matches.rule_rank, matches.matched_address nulls last
        ) as match_number
    from matches
    inner join messages
        on matches.tenant_id = messages.tenant_id
        and matches.mailbox = messages.mailbox
        and matches.message_id = messages.message_id

),

final as (

    select
        tenant_id,
        mailbox,
        message_id,
        customer_id,
        match_rule,
        matched_address
    from ranked
    where match_number = 1

)

select * from final
