with

reviewed_rates as (

    select agent_id, hourly_cost_amount, currency_code, valid_from_date, valid_to_date
    from {{ ref('stg_config__agent_cost_rates') }}

),

members as (

    select connection_id, member_id, hourly_cost_amount, valid_from_date
    from {{ ref('hist_connectwise__members') }}
    where valid_from_date <= {{ as_of_date() }}

),

connections as (

    select vendor, connection_id, base_currency_code
    from {{ ref('stg_config__connections') }}

),

-- A member who left keeps the last rate: the hours were worked before.
member_rates as (

    select
        members.member_id as agent_id,
        members.hourly_cost_amount,
        coalesce(connections.base_currency_code, '{{ var("reporting_currency") }}')
            as currency_code,
        members.valid_from_date,
        lead(members.valid_from_date) over (
            partition by members.connection_id, members.member_id
            order by members.valid_from_date
        ) as valid_to_date
    from members
    left join connections
        on members.connection_id = connections.connection_id
        and connections.vendor = 'connectwise'

),

final as (

    select
        agent_id,
        hourly_cost_amount,
        currency_code,
        'agent_cost_rates' as cost_rate_source,
        1 as source_rank,
        valid_from_date,
        valid_to_date
    from reviewed_rates

    union all

    -- The PSA writes 0 where nobody entered a cost.
    select
        agent_id,
        hourly_cost_amount,
        currency_code,
        'psa' as cost_rate_source,
        2 as source_rank,
        valid_from_date,
        valid_to_date
    from member_rates
    where hourly_cost_amount > 0

)

select * from final
