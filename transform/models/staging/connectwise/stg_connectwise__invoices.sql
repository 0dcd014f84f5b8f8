with

source as (

    select *
    from {{ source('connectwise', 'invoices') }}

),

final as (

    select
        _connection_id as connection_id,
        id as invoice_id,
        company_id,
        bill_to_company_id,
        agreement_id,
        invoice_number,
        type as invoice_type,
        apply_to_type,
        apply_to_id,
        status_id,
        status_name,
        upper(nullif(currency_currency_code, '')) as currency_code,
        subtotal as subtotal_amount,
        total as total_amount,
        sales_tax as tax_amount,
        service_total as service_amount,
        product_total as product_amount,
        expense_total as expense_amount,
        agreement_amount,
        service_adjustment_amount,
        downpayment_applied as downpayment_applied_amount,
        balance as balance_amount,
        payments as payment_amount,
        credits as credit_amount,
        date as invoice_date,
        due_date,
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
