with

source as (

    select *
    from {{ source('microsoft', 'secure_scores') }}

),

final as (

    select
        lower(tenant_id) as tenant_id,
        lower(id) as secure_score_id,
        current_score,
        max_score,
        active_user_count,
        licensed_user_count,
        created_date_time as score_at,
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
