with

source as (

    select *
    from {{ source('config', 'connections') }}

),

final as (

    select
        vendor,
        connection_id,
        kind,
        upper(nullif(base_currency, '')) as base_currency_code,
        is_configured
    from source

)

select * from final
