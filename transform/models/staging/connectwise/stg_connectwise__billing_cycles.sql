with

source as (

    select *
    from {{ source('connectwise', 'billing_cycles') }}

),

final as (

    select
        _connection_id as connection_id,
        id as billing_cycle_id,
        name as billing_cycle_name,
        billing_options,
        is_removed,
        _as_of_date,
        _extracted_at as extracted_at,
        removed_at,
        _run_id,
        _dlt_load_id
    from source

)

select * from final
