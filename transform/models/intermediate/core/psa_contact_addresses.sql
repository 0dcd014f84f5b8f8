with

contacts as (

    select connection_id, contact_id, company_id, communication_items, is_active
    from {{ ref('stg_connectwise__contacts') }}
    where not is_removed

),

items as (

    select
        contacts.connection_id,
        contacts.contact_id,
        contacts.company_id as customer_id,
        lower(trim({{ json_text('item.value', 'value') }})) as email_address,
        lower({{ json_text('item.value', 'communicationType') }}) as communication_type,
        coalesce({{ json_text('item.value', 'defaultFlag') }}, 'false') = 'true' as is_default,
        contacts.is_active
    from contacts
    {{ json_array_items('contacts.communication_items', 'item') }}

),

final as (

    select
        connection_id,
        contact_id,
        customer_id,
        email_address,
        {{ text_match('email_address', '@([^@]+)$', 1) }} as email_domain,
        is_active,
        max(case when is_default then 1 else 0 end) = 1 as is_default
    from items
    where
        -- Only e-mail lands; its kind may be absent.
        coalesce(communication_type, 'email') = 'email'
        and email_address like '_%@_%'
    group by connection_id, contact_id, customer_id, email_address, is_active

)

select * from final
