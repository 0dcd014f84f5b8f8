with

source as (

    select *
    from {{ source('microsoft', 'credentials') }}

),

final as (

    select
        lower(tenant_id) as tenant_id,
        owner_kind,
        lower(owner_id) as owner_id,
        credential_kind,
        lower(key_id) as key_id,
        custom_key_identifier,
        display_name as credential_name,
        type as key_type,
        usage as key_usage,
        start_date_time as started_at,
        end_date_time as ends_at,
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
