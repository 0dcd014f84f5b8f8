with

source as (

    select *
    from {{ source('connectwise', 'expenses') }}

),

final as (

    select
        _connection_id as connection_id,
        id as expense_id,
        company_id,
        member_id,
        agreement_id,
        invoice_id,
        charge_to_id,
        charge_to_type,
        type_name,
        billable_option,
        status as entry_status,
        upper(nullif(currency_currency_code, '')) as currency_code,
        amount as cost_amount,
        invoice_amount,
        date as expense_date,
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
