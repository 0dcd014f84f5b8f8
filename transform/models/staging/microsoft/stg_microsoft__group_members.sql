with

source as (

    select *
    from {{ source('microsoft', 'group_members') }}

),

final as (

    select
        lower(tenant_id) as tenant_id,
        lower(group_id) as group_id,
        lower(id) as member_id,
        odata_type as member_odata_type,
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
