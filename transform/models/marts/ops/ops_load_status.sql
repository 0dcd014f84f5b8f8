with

load_status as (

    select
        run_id,
        vendor,
        connection_id,
        tenant_id,
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
    from {{ ref('stg_ops__load_status') }}
    where as_of_date <= {{ as_of_date() }}

),

final as (

    select
        run_id,
        vendor,
        connection_id,
        tenant_id,
        table_name,
        as_of_date,
        status,
        {%- for count in [
            'rows_read', 'rows_changed', 'rows_removed', 'rows_dropped', 'request_count',
            'retry_count', 'throttled_count', 'byte_count'
        ] %}
        coalesce({{ count }}, 0) as {{ count }},
        {%- endfor %}
        started_at,
        coalesce(finished_at, started_at) as finished_at,
        error_class,
        advice
    from load_status

)

select * from final
