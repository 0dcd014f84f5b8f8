{#- PSA contacts that can make a mail or a meeting concern a customer; the MSP is no customer. -#}

with

contacts as (

    select
        contact_id,
        customer_id
    from {{ ref('psa_contacts') }}

),

customers as (

    select customer_id
    from {{ ref('dim_customers') }}
    where customer_id <> 'unassigned'

),

msp as (

    select psa_customer_id
    from {{ ref('stg_config__msp') }}

),

final as (

    select distinct
        contacts.contact_id,
        contacts.customer_id
    from contacts
    inner join customers
        on contacts.customer_id = customers.customer_id
    left join msp
        on contacts.customer_id = msp.psa_customer_id
    where msp.psa_customer_id is null

)

select * from final
