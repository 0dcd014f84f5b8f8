with

messages as (

    select
        tenant_id,
        mailbox,
        message_id,
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

domains as (

    select
        customer_id,
        domain
    from {{ ref('int_mail_domains_unnested') }}

),

domain_items as (

    select
        messages.tenant_id,
        messages.mailbox,
        messages.message_id,
        lower({{ json_scalar_text('item.value') }}) as domain
    from messages {{ json_array_items('messages.matched_domains', 'item') }}

),

final as (

    select distinct
        domain_items.tenant_id,
        domain_items.mailbox,
        domain_items.message_id,
        domains.customer_id,
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

)

select * from final
