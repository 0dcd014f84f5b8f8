with

int_fx_rates as (

    select from_currency_code, rate
    from {{ ref('int_fx_rates') }} as rates
    where {{ valid_at('rates') }}

),

final as (

    select
        '{{ var("reporting_currency") }}' as currency_code,
        cast(1 as decimal(19, 9)) as fx_rate

    union all

    select
        from_currency_code as currency_code,
        cast(rate as decimal(19, 9)) as fx_rate
    from int_fx_rates
    where from_currency_code <> '{{ var("reporting_currency") }}'

)

select * from final
