with

source as (

    select *
    from {{ source('config', 'agent_cost_rates') }}

),

final as (

    select
        agent_id,
        hourly_cost as hourly_cost_amount,
        upper(currency_code) as currency_code,
        valid_from as valid_from_date,
        valid_to as valid_to_date
    from source

)

select * from final
