with

source as (

    select *
    from {{ source('microsoft', 'messages') }}

),

final as (

    select
        lower(tenant_id) as tenant_id,
        lower(mailbox) as mailbox,
        id as message_id,
        conversation_id,
        internet_message_id,
        folder,
        subject,
        preview,
        lower(from_address) as from_address,
        lower(sender_address) as sender_address,
        importance,
        to_recipients,
        cc_recipients,
        bcc_recipients,
        matched_contact_ids,
        matched_domains,
        coalesce(has_attachments, false) as has_attachments,
        coalesce(is_draft, false) as is_draft,
        received_date_time as received_at,
        sent_date_time as sent_at,
        _connection_id as connection_id,
        _run_id,
        _as_of_date,
        _extracted_at as extracted_at,
        _dlt_load_id
    from source

)

select * from final
