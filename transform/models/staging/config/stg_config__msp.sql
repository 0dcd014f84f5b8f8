with

source as (

    select *
    from {{ source('config', 'msp') }}

),

final as (

    select
        name as msp_name,
        nullif(psa_customer_id, '') as psa_customer_id
    from source

)

select * from final
