with

source as (

    select *
    from {{ source('microsoft', 'mailbox_usage') }}

),

final as (

    select
        lower(tenant_id) as tenant_id,
        lower(user_principal_name) as sign_in_name,
        lower(recipient_type) as recipient_type,
        coalesce(has_archive, false) as has_archive,
        coalesce(is_deleted, false) as is_deleted,
        created_date,
        last_activity_date,
        report_refresh_date,
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
