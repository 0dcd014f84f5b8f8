with

stg_config__fx_rates as (

    select rate_date, from_currency_code, to_currency_code, rate
    from {{ ref('stg_config__fx_rates') }}

),

usable_rates as (

    select
        from_currency_code,
        rate,
        row_number() over (partition by from_currency_code order by rate_date desc) as newest
    from stg_config__fx_rates
    where
        to_currency_code = '{{ var("reporting_currency") }}'
        and rate_date <= {{ as_of_date() }}
        and rate_date >= {{ add_days(as_of_date(), -(var("max_rate_age_days") | int)) }}

),

final as (

    select
        '{{ var("reporting_currency") }}' as currency_code,
        cast(1 as decimal(19, 9)) as fx_rate

    union all

    select
        from_currency_code as currency_code,
        cast(rate as decimal(19, 9)) as fx_rate
    from usable_rates
    where newest = 1 and from_currency_code <> '{{ var("reporting_currency") }}'

)

select * from final
