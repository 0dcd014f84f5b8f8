{{ config(materialized='table') }}

with

expected_legs as (

    select vendor, connection_id, tenant_id, table_name, stale_after_hours
    from {{ ref('stg_config__expected_legs') }}

),

load_status as (

    select
        vendor, connection_id, tenant_id, table_name, status, as_of_date, started_at, finished_at
    from {{ ref('stg_ops__load_status') }}
    where
        as_of_date <= {{ as_of_date() }}
        -- A skipped table was not asked for: it tells nothing about the leg.
        and status != 'skipped'

),

attempts as (

    select
        load_status.*,
        row_number() over (
            partition by vendor, connection_id, tenant_id, table_name
            order by as_of_date desc, coalesce(finished_at, started_at) desc
        ) as attempt_number
    from load_status

),

last_attempts as (

    select
        vendor,
        connection_id,
        tenant_id,
        table_name,
        status as last_status,
        coalesce(finished_at, started_at) as last_attempt_at
    from attempts
    where attempt_number = 1

),

last_goods as (

    select
        vendor,
        connection_id,
        tenant_id,
        table_name,
        max(finished_at) as last_good_at,
        max(as_of_date) as last_good_as_of_date
    from load_status
    where status in ('loaded', 'unchanged')
    group by vendor, connection_id, tenant_id, table_name

),

aged as (

    select
        expected_legs.vendor,
        expected_legs.connection_id,
        expected_legs.tenant_id,
        expected_legs.table_name,
        last_attempts.last_status,
        expected_legs.stale_after_hours,
        {%- if var('is_as_of_today') %}
        {{ hours_between('last_goods.last_good_at', run_started_at()) }} as age_hours,
        {%- else %}
        cast(
            24 * {{ dbt.datediff('last_goods.last_good_as_of_date', as_of_date(), 'day') }}
            as decimal(12, 4)
        ) as age_hours,
        {%- endif %}
        last_goods.last_good_as_of_date,
        last_goods.last_good_at,
        last_attempts.last_attempt_at
    from expected_legs
    left join last_attempts
        on expected_legs.vendor = last_attempts.vendor
        and expected_legs.connection_id = last_attempts.connection_id
        and expected_legs.tenant_id = last_attempts.tenant_id
        and expected_legs.table_name = last_attempts.table_name
    left join last_goods
        on expected_legs.vendor = last_goods.vendor
        and expected_legs.connection_id = last_goods.connection_id
        and expected_legs.tenant_id = last_goods.tenant_id
        and expected_legs.table_name = last_goods.table_name

),

final as (

    select
        vendor,
        connection_id,
        tenant_id,
        table_name,
        case
            when last_good_at is null then 'missing'
            when last_status not in ('loaded', 'unchanged') then 'stale'
            when age_hours > stale_after_hours then 'stale'
            else 'fresh'
        end as leg_state,
        last_status,
        stale_after_hours,
        age_hours,
        last_good_as_of_date,
        last_good_at,
        last_attempt_at
    from aged

)

select * from final
