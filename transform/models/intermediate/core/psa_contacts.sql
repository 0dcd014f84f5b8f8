with

contacts as (

    select connection_id, contact_id, company_id, is_active
    from {{ ref('stg_connectwise__contacts') }}
    where not is_removed

),

final as (

    select
        connection_id,
        contact_id,
        company_id as customer_id,
        is_active
    from contacts

)

select * from final
