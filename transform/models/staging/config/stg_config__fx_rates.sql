with

source as (

    select *
    from {{ source('config', 'fx_rates') }}

),

final as (

    select
        upper(from_currency) as from_currency_code,
        upper(to_currency) as to_currency_code,
        source as rate_source,
        rate,
        rate_date
    from source

)

select * from final
