with

invoices as (

    select connection_id, invoice_id, contract_id, flat_amount
    from {{ ref('psa_invoices') }}
    where not is_void

),

product_lines as (

    select
        connection_id, product_line_id, catalog_item_id, agreement_id, invoice_id,
        billable_option, quantity, cancelled_quantity, unit_price_amount, unit_cost_amount,
        discount_amount, service_start_date, service_end_date
    from {{ ref('stg_connectwise__products') }}
    where not is_removed and not is_cancelled and invoice_id is not null

),

time_entries as (

    select
        connection_id, time_entry_id, agreement_id, invoice_id, billable_option,
        hourly_rate_amount, coalesce(invoice_hours, billed_hours, 0) as invoice_hours
    from {{ ref('stg_connectwise__time_entries') }}
    where not is_removed and invoice_id is not null

),

expenses as (

    select
        connection_id, expense_id, agreement_id, invoice_id, billable_option, invoice_amount
    from {{ ref('stg_connectwise__expenses') }}
    where not is_removed and invoice_id is not null

),

counted_lines as (

    select
        product_lines.*,
        cast(coalesce(quantity, 0) - coalesce(cancelled_quantity, 0) as decimal(19, 6))
            as billed_quantity
    from product_lines

),

final as (

    select
        connection_id,
        invoice_id,
        connection_id || ':products:' || product_line_id as source_line_id,
        agreement_id,
        catalog_item_id as source_product_id,
        case when service_start_date is not null then 'recurring' else 'product' end as line_kind,
        billed_quantity as quantity,
        -- A line that is not billed earns nothing and still costs.
        case
            when lower(billable_option) = 'billable'
                then cast(
                    coalesce(unit_price_amount, 0) * billed_quantity
                    - coalesce(discount_amount, 0) as decimal(18, 4)
                )
            else 0
        end as net_amount,
        cast(unit_cost_amount * billed_quantity as decimal(18, 4)) as cost_amount,
        service_start_date,
        service_end_date
    from counted_lines

    union all

    select
        connection_id,
        invoice_id,
        connection_id || ':time_entries:' || time_entry_id as source_line_id,
        agreement_id,
        cast(null as varchar) as source_product_id,
        'labor' as line_kind,
        cast(invoice_hours as decimal(19, 6)) as quantity,
        case
            when {{ is_not_billed('billable_option') }} then 0
            else {{ money_product('invoice_hours', 'coalesce(hourly_rate_amount, 0)') }}
        end as net_amount,
        cast(null as decimal(18, 4)) as cost_amount,
        cast(null as date) as service_start_date,
        cast(null as date) as service_end_date
    from time_entries

    union all

    select
        connection_id,
        invoice_id,
        connection_id || ':expenses:' || expense_id as source_line_id,
        agreement_id,
        cast(null as varchar) as source_product_id,
        'expense' as line_kind,
        cast(null as decimal(19, 6)) as quantity,
        case
            when {{ is_not_billed('billable_option') }} then 0 else coalesce(invoice_amount, 0)
        end as net_amount,
        cast(null as decimal(18, 4)) as cost_amount,
        cast(null as date) as service_start_date,
        cast(null as date) as service_end_date
    from expenses

    union all

    select
        connection_id,
        invoice_id,
        connection_id || ':invoices:' || invoice_id || ':flat_fee' as source_line_id,
        contract_id as agreement_id,
        cast(null as varchar) as source_product_id,
        'flat_fee' as line_kind,
        cast(null as decimal(19, 6)) as quantity,
        flat_amount as net_amount,
        cast(null as decimal(18, 4)) as cost_amount,
        cast(null as date) as service_start_date,
        cast(null as date) as service_end_date
    from invoices
    where flat_amount != 0

)

select * from final
