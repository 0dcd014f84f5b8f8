with

agent_days as (

    select distinct agent_id, work_date
    from {{ ref('int_time_entries_dated') }}

),

rates as (

    select
        agent_id, hourly_cost_amount, currency_code, cost_rate_source, source_rank,
        valid_from_date, valid_to_date
    from {{ ref('psa_agent_cost_rates') }}

),

-- A rate of that day, reviewed before observed; else the first one that became known later.
ranked as (

    select
        agent_days.agent_id,
        agent_days.work_date,
        rates.hourly_cost_amount,
        rates.currency_code,
        rates.cost_rate_source,
        row_number() over (
            partition by agent_days.agent_id, agent_days.work_date
            order by
                case when rates.valid_from_date <= agent_days.work_date then 1 else 2 end,
                case
                    when rates.valid_from_date <= agent_days.work_date then rates.source_rank
                end,
                rates.valid_from_date,
                rates.source_rank
        ) as rate_rank
    from agent_days
    inner join rates
        on agent_days.agent_id = rates.agent_id
        and (rates.valid_to_date is null or rates.valid_to_date > agent_days.work_date)

),

final as (

    select
        agent_id,
        work_date,
        hourly_cost_amount,
        currency_code,
        cost_rate_source
    from ranked
    where rate_rank = 1

)

select * from final
