with

source as (

    select *
    from {{ source('connectwise', 'invoice_details') }}

),

final as (

    select
        _connection_id as connection_id,
        invoice_id,
        products,
        time_entries,
        expenses,
        is_removed,
        _as_of_date,
        _extracted_at as extracted_at,
        removed_at,
        _run_id,
        _dlt_load_id
    from source

)

select * from final
