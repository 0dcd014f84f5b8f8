{{ config(
    unique_key=['vendor', 'connection_id', 'tenant_id', 'table_name', 'as_of_date'],
) }}

-- One row per leg and date, not intervals: that a date was observed at all is part of the answer.
with

legs as (

    select
        vendor,
        connection_id,
        tenant_id,
        table_name,
        leg_state,
        last_status,
        stale_after_hours,
        last_good_as_of_date,
        last_good_at,
        last_attempt_at
    from {{ ref('int_legs_current') }}

),

final as (

    select
        legs.vendor,
        legs.connection_id,
        legs.tenant_id,
        legs.table_name,
        legs.leg_state,
        legs.last_status,
        legs.stale_after_hours,
        {{ as_of_date() }} as as_of_date,
        legs.last_good_as_of_date,
        legs.last_good_at,
        legs.last_attempt_at
    from legs

)

select * from final
