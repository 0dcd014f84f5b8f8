with

source as (

    select *
    from {{ source('microsoft', 'secure_score_profiles') }}

),

final as (

    select
        lower(tenant_id) as tenant_id,
        id as control_name,
        title,
        service,
        tier,
        user_impact,
        implementation_cost,
        max_score,
        rank as control_rank,
        coalesce(deprecated, false) as is_deprecated,
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
