{{ config(materialized='table') }}

with

invoices as (

    select
        connection_id, invoice_id, customer_id, contract_id, currency_code, net_amount,
        is_downpayment, adjustment_amount, downpayment_amount
    from {{ ref('psa_invoices') }}
    where not is_void

),

signed_lines as (

    select
        source_line_id, connection_id, invoice_id, customer_id, contract_id, source_product_id,
        product_id, line_kind, currency_code, quantity, net_amount, cost_amount,
        service_start_date, service_end_date
    from {{ ref('int_invoice_lines_signed') }}

),

explained as (

    select connection_id, invoice_id, sum(net_amount) as net_amount
    from signed_lines
    group by connection_id, invoice_id

),

gaps as (

    select
        invoices.*,
        cast(invoices.net_amount - coalesce(explained.net_amount, 0) as decimal(18, 4))
            as gap_amount
    from invoices
    left join explained
        on invoices.connection_id = explained.connection_id
        and invoices.invoice_id = explained.invoice_id

),

{#- The vendor names what it takes off a document: covered hours and down payments applied. Neither
    the sign nor the formula of its sum is documented, so a named total becomes a line only where it
    explains the gap; the residual is what remains. A document that asks for a down payment has no
    other line for it. #}
adjusted as (

    select
        gaps.*,
        {{ explained_part('gap_amount', 'adjustment_amount') }} as adjustment_line_amount
    from gaps

),

applied as (

    select
        adjusted.*,
        case
            when is_downpayment then gap_amount - adjustment_line_amount
            else {{ explained_part(
                '(gap_amount - adjustment_line_amount)', 'downpayment_amount'
            ) }}
        end as downpayment_line_amount
    from adjusted

),

document_lines as (
    {%- for kind, amount in [
        ('adjustment', 'adjustment_line_amount'),
        ('downpayment', 'downpayment_line_amount'),
        ('residual', 'gap_amount - adjustment_line_amount - downpayment_line_amount')
    ] %}

    select
        connection_id || ':invoices:' || invoice_id || ':{{ kind }}' as source_line_id,
        connection_id,
        invoice_id,
        customer_id,
        contract_id,
        '{{ kind }}' as line_kind,
        currency_code,
        cast({{ amount }} as decimal(18, 4)) as net_amount
    from applied
    where {{ amount }} != 0
    {%- if not loop.last %}

    union all
    {%- endif %}
    {%- endfor %}

),

final as (

    select
        source_line_id, connection_id, invoice_id, customer_id, contract_id, source_product_id,
        product_id, line_kind, currency_code, quantity, net_amount, cost_amount,
        service_start_date, service_end_date
    from signed_lines

    union all

    select
        source_line_id,
        connection_id,
        invoice_id,
        customer_id,
        contract_id,
        cast(null as varchar) as source_product_id,
        cast(null as varchar) as product_id,
        line_kind,
        currency_code,
        cast(null as decimal(19, 6)) as quantity,
        net_amount,
        cast(null as decimal(18, 4)) as cost_amount,
        cast(null as date) as service_start_date,
        cast(null as date) as service_end_date
    from document_lines

)

select * from final
