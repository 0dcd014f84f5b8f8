with

source as (

    select *
    from {{ source('connectwise', 'companies') }}

),

final as (

    select
        _connection_id as connection_id,
        id as company_id,
        parent_company_id,
        bill_to_company_id,
        identifier as company_code,
        name as company_name,
        status_name,
        upper(nullif(currency_currency_code, '')) as currency_code,
        website,
        types,
        custom_fields,
        coalesce(deleted_flag, false) as is_deleted,
        coalesce(is_vendor_flag, false) as is_vendor,
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
