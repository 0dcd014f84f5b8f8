with

events as (

    select
        tenant_id,
        mailbox,
        event_id,
        matched_contact_ids,
        matched_domains
    from {{ ref('stg_microsoft__events') }}

),

contacts as (

    select
        contact_id,
        customer_id
    from {{ ref('int_mail_contacts_matched') }}

),

domains as (

    select
        customer_id,
        domain
    from {{ ref('int_mail_domains_unnested') }}

),

contact_items as (

    select
        events.tenant_id,
        events.mailbox,
        events.event_id,
        {{ json_scalar_text('item.value') }} as contact_id
    from events {{ json_array_items('events.matched_contact_ids', 'item') }}

),

domain_items as (

    select
        events.tenant_id,
        events.mailbox,
        events.event_id,
        lower({{ json_scalar_text('item.value') }}) as domain
    from events {{ json_array_items('events.matched_domains', 'item') }}

),

matches as (

    select
        contact_items.tenant_id,
        contact_items.mailbox,
        contact_items.event_id,
        contacts.customer_id,
        'contact' as match_rule
    from contact_items
    inner join contacts
        on contact_items.contact_id = contacts.contact_id

    union all

    select
        domain_items.tenant_id,
        domain_items.mailbox,
        domain_items.event_id,
        domains.customer_id,
        'domain' as match_rule
    from domain_items
    inner join domains
        on domain_items.domain = domains.domain

),

-- In alphabetical order `contact` comes before `domain`: an exact address wins.
final as (

    select
        tenant_id,
        mailbox,
        event_id,
        customer_id,
        min(match_rule) as match_rule
    from matches
    group by tenant_id, mailbox, event_id, customer_id

)

select * from final
