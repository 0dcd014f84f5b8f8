with

cost_lines as (

    select
        source_line_id, vendor, document_id, document_number, document_type, document_date,
        customer_id, agreement_id, product_id, line_kind, service_start_date, service_end_date,
        quantity, currency_code, amount, reporting_amount, fx_rate_date, cost_source,
        is_provisional, is_uncosted, worked_hours, hourly_cost_amount
    from {{ ref('int_cost_lines_joined') }}

),

recognition as (

    select source_line_id, is_superseded
    from {{ ref('fct_recognition') }}
    where side = 'cost' and cost_source = 'psa'

),

customers as (

    select customer_id, customer_name
    from {{ ref('dim_customers') }}

),

superseded_lines as (

    select source_line_id
    from recognition
    group by source_line_id
    having min(case when is_superseded then 1 else 0 end) = 1

),

final as (

    select
        cost_lines.source_line_id,
        cost_lines.vendor,
        cost_lines.document_id,
        cost_lines.document_number,
        cost_lines.document_type,
        cost_lines.document_date,
        cost_lines.customer_id,
        customers.customer_name,
        cost_lines.agreement_id,
        cost_lines.product_id,
        cost_lines.line_kind,
        cost_lines.service_start_date,
        cost_lines.service_end_date,
        cost_lines.quantity,
        cost_lines.currency_code,
        cost_lines.amount,
        cost_lines.reporting_amount,
        cost_lines.fx_rate_date,
        cost_lines.cost_source,
        superseded_lines.source_line_id is not null as is_superseded,
        cost_lines.is_provisional,
        cost_lines.worked_hours,
        cost_lines.hourly_cost_amount,
        cost_lines.is_uncosted
    from cost_lines
    inner join customers
        on cost_lines.customer_id = customers.customer_id
    left join superseded_lines
        on cost_lines.source_line_id = superseded_lines.source_line_id

)

select * from final
