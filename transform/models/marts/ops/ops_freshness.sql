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
        last_good_at,
        last_attempt_at
    from {{ ref('int_legs_current') }}

),

final as (

    select
        vendor,
        connection_id,
        tenant_id,
        table_name,
        leg_state,
        last_good_at,
        last_attempt_at,
        last_status,
        stale_after_hours
    from legs

)

select * from final
