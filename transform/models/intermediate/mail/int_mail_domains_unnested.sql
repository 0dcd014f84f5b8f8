with

customers as (

    select
        customer_id,
        domains
    from {{ ref('dim_customers') }}
    where customer_id <> 'unassigned'

),

final as (

    select distinct
        customers.customer_id,
        lower({{ json_scalar_text('item.value') }}) as domain
    from customers {{ json_array_items('customers.domains', 'item') }}

)

select * from final
