with

source as (

    select *
    from {{ source('ops', 'runs') }}

),

final as (

    select
        run_id,
        stage,
        tenant_filter,
        only_filter,
        is_history_built,
        full_refresh as is_full_refresh,
        as_of_date,
        started_at,
        finished_at
    from source

)

select * from final
