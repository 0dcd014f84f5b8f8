with

messages as (

    select
        tenant_id,
        mailbox,
        message_id,
        from_address
    from {{ ref('stg_microsoft__messages') }}

),

contact_matches as (

    select
        tenant_id,
        mailbox,
        message_id,
        customer_id,
        'contact' as match_rule,
        1 as rule_rank,
        matched_address
    from {{ ref('int_message_contacts_matched') }}

),

domain_matches as (

    select
        tenant_id,
        mailbox,
        message_id,
        customer_id,
        'domain' as match_rule,
        2 as rule_rank,
        matched_address
    from {{ ref('int_message_domains_matched') }}

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
