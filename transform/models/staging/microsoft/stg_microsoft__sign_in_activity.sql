with

source as (

    select *
    from {{ source('microsoft', 'sign_in_activity') }}

),

final as (

    select
        lower(tenant_id) as tenant_id,
        lower(id) as user_id,
        last_sign_in_date_time as last_sign_in_at,
        last_non_interactive_sign_in_date_time as last_non_interactive_sign_in_at,
        last_successful_sign_in_date_time as last_successful_sign_in_at,
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
