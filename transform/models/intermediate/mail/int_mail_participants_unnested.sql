with

messages as (

    select
        tenant_id,
        mailbox,
        message_id,
        from_address,
        sender_address,
        to_recipients,
        cc_recipients,
        bcc_recipients
    from {{ ref('stg_microsoft__messages') }}

),

addresses as (

    {% for column in ['from_address', 'sender_address'] -%}
    select
        tenant_id,
        mailbox,
        message_id,
        {{ column }} as address
    from messages

    union all

    {% endfor -%}
    {%- for column in ['to_recipients', 'cc_recipients', 'bcc_recipients'] -%}
    select
        messages.tenant_id,
        messages.mailbox,
        messages.message_id,
        lower({{ json_text('recipient.value', 'emailAddress.address') }}) as address
    from messages {{ json_array_items('messages.' ~ column, 'recipient') }}
    {{- '\n\n    union all\n\n    ' if not loop.last }}
    {%- endfor %}

),

final as (

    select distinct
        tenant_id,
        mailbox,
        message_id,
        address
    from addresses
    where address is not null and address <> ''

)

select * from final
