{{ history(
    source=ref('stg_connectwise__agreements'),
    key=['connection_id', 'agreement_id'],
    tracked=[
        'company_id', 'bill_to_company_id', 'parent_agreement_id', 'agreement_name',
        'type_name', 'agreement_status', 'billing_cycle_id', 'billing_cycle_name',
        'application_units', 'currency_code', 'bill_amount', 'is_cancelled', 'is_one_time',
        'start_date', 'end_date', 'cancelled_date', 'next_invoice_date',
    ],
) }}
