with

source as (

    select *
    from {{ source('ops', 'load_status') }}

),

final as (

    select
        run_id,
        vendor,
        connection_id,
        coalesce(lower(tenant_id), '') as tenant_id,
        table_name,
        status,
        error_class,
        advice,
        rows_read,
        rows_changed,
        rows_removed,
        rows_dropped,
        request_count,
        retry_count,
        throttled_count,
        byte_count,
        as_of_date,
        started_at,
        finished_at
    from source

)

select * from final
