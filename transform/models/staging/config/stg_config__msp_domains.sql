with

source as (

    select *
    from {{ source('config', 'msp_domains') }}

),

final as (

    select
        lower(domain) as domain
    from source

)

select * from final
