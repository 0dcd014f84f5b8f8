with

source as (

    select *
    from {{ source('config', 'void_statuses') }}

),

final as (

    select distinct lower(trim(status)) as invoice_status
    from source

)

select * from final
