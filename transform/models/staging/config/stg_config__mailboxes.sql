with

source as (

    select *
    from {{ source('config', 'mailboxes') }}

),

final as (

    select
        lower(tenant_id) as tenant_id,
        lower(mailbox) as mailbox,
        preview as has_preview
    from source

)

select * from final
