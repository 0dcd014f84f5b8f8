with

source as (

    select *
    from {{ source('microsoft', 'applications') }}

),

final as (

    select
        lower(tenant_id) as tenant_id,
        lower(id) as application_id,
        lower(app_id) as app_id,
        display_name as application_name,
        sign_in_audience,
        publisher_domain,
        disabled_by_microsoft_status,
        created_date_time as created_at,
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
