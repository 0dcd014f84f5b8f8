with

source as (

    select *
    from {{ source('connectwise', 'agreements') }}

),

final as (

    select
        _connection_id as connection_id,
        id as agreement_id,
        company_id,
        bill_to_company_id,
        parent_agreement_id,
        name as agreement_name,
        type_name,
        agreement_status,
        billing_cycle_id,
        billing_cycle_name,
        application_units,
        period_type,
        upper(nullif(currency_currency_code, '')) as currency_code,
        bill_amount,
        coalesce(cancelled_flag, false) as is_cancelled,
        coalesce(prorate_flag, false) as is_prorated,
        coalesce(one_time_flag, false) as is_one_time,
        start_date,
        case
            when not coalesce(no_ending_date_flag, false) then {{ exclusive_end('end_date') }}
        end as end_date,
        date_cancelled as cancelled_date,
        next_invoice_date,
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
