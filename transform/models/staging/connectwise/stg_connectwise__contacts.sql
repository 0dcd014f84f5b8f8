with

source as (

    select *
    from {{ source('connectwise', 'contacts') }}

),

final as (

    select
        _connection_id as connection_id,
        id as contact_id,
        company_id,
        communication_items,
        not coalesce(inactive_flag, false) as is_active,
        info_last_updated as updated_at,
        is_removed,
        _as_of_date,
        _extracted_at as extracted_at,
        removed_at,
        _run_id,
        _dlt_load_id
    from source

)

select * from final
