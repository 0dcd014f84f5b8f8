with

source as (

    select *
    from {{ source('connectwise', 'members') }}

),

final as (

    select
        _connection_id as connection_id,
        id as member_id,
        identifier as member_code,
        time_zone_id,
        time_zone_name,
        hourly_cost as hourly_cost_amount,
        hourly_rate as hourly_rate_amount,
        not coalesce(inactive_flag, false) as is_active,
        is_removed,
        _as_of_date,
        _extracted_at as extracted_at,
        removed_at,
        _run_id,
        _dlt_load_id
    from source

)

select * from final
