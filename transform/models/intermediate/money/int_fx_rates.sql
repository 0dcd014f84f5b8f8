{{ config(materialized='table') }}

with

rates as (

    select from_currency_code, to_currency_code, rate_source, rate, rate_date
    from {{ ref('stg_config__fx_rates') }}
    where
        to_currency_code = '{{ var("reporting_currency") }}'
        and rate_date <= {{ known_at_date() }}

),

-- One rate a day: a reviewed one before a published one before the PSA's.
ranked as (

    select
        rates.*,
        row_number() over (
            partition by from_currency_code, rate_date
            order by
                case rate_source
                    when 'manual' then 1
                    when 'central_bank' then 2
                    when 'psa' then 4
                    else 3
                end,
                rate_source
        ) as source_rank
    from rates

),

followed as (

    select
        from_currency_code,
        rate_source,
        rate,
        rate_date,
        lead(rate_date) over (partition by from_currency_code order by rate_date) as next_rate_date
    from ranked
    where source_rank = 1

),

final as (

    select
        from_currency_code,
        rate_source,
        rate,
        rate_date,
        rate_date as valid_from_date,
        least(
            coalesce(next_rate_date, {{ add_days('rate_date', var('max_rate_age_days') + 1) }}),
            {{ add_days('rate_date', var('max_rate_age_days') + 1) }}
        ) as valid_to_date
    from followed

)

select * from final
