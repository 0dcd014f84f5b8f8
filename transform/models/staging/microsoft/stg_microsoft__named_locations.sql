with

source as (

    select *
    from {{ source('microsoft', 'named_locations') }}

),

final as (

    select
        lower(tenant_id) as tenant_id,
        lower(id) as location_id,
        display_name as location_name,
        odata_type as location_odata_type,
        -- A country has no such property and is never trusted.
        coalesce(is_trusted, false) as is_trusted,
        created_date_time as created_at,
        modified_date_time as modified_at,
        _connection_id as connection_id,
        is_removed,
        removed_at,
        _run_id,
        _as_of_date,
        _extracted_at as extracted_at,
        _dlt_load_id
    from source

)

select * from final
