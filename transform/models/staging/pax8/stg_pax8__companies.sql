with

source as (

    select *
    from {{ source('pax8', 'companies') }}

),

final as (

    select
        _connection_id as connection_id,
        lower(id) as company_id,
        name as company_name,
        nullif(trim(external_id), '') as external_id,
        status as company_status,
        website,
        updated_date as updated_at,
        is_removed,
        _as_of_date,
        _extracted_at as extracted_at,
        removed_at,
        _run_id,
        _dlt_load_id
    from source

)

select * from final
