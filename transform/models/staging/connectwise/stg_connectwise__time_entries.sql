with

source as (

    select *
    from {{ source('connectwise', 'time_entries') }}

),

final as (

    select
        _connection_id as connection_id,
        id as time_entry_id,
        company_id,
        member_id,
        agreement_id,
        invoice_id,
        charge_to_id,
        charge_to_type,
        work_type_name,
        work_role_name,
        billable_option,
        status as entry_status,
        hourly_rate as hourly_rate_amount,
        agreement_amount,
        actual_hours,
        hours_deduct as deducted_hours,
        hours_billed as billed_hours,
        invoice_hours,
        agreement_hours,
        time_start as started_at,
        time_end as ended_at,
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
