with

source as (

    select *
    from {{ source('pax8', 'invoices') }}

),

final as (

    select
        _connection_id as connection_id,
        lower(id) as invoice_id,
        lower(company_id) as company_id,
        external_id,
        status as invoice_status,
        upper(nullif(currency_code, '')) as currency_code,
        total as total_amount,
        balance as balance_amount,
        carried_balance as carried_balance_amount,
        invoice_date,
        due_date,
        is_removed,
        _as_of_date,
        _extracted_at as extracted_at,
        removed_at,
        _run_id,
        _dlt_load_id
    from source

)

select * from final
