with

expenses as (

    select
        connection_id, expense_id, company_id, agreement_id, invoice_id, type_name, currency_code,
        cost_amount, expense_date
    from {{ ref('stg_connectwise__expenses') }}
    where not is_removed and expense_date <= {{ known_at_date() }}

),

customers as (

    select connection_id, customer_id
    from {{ ref('psa_customers') }}

),

connections as (

    select vendor, connection_id, base_currency_code
    from {{ ref('stg_config__connections') }}

),

final as (

    select
        expenses.connection_id || ':expenses:' || expenses.expense_id as source_line_id,
        expenses.connection_id,
        expenses.expense_id,
        coalesce(customers.customer_id, 'unassigned') as customer_id,
        expenses.agreement_id as contract_id,
        expenses.invoice_id,
        expenses.type_name as expense_type,
        coalesce(
            expenses.currency_code,
            connections.base_currency_code,
            '{{ var("reporting_currency") }}'
        ) as currency_code,
        coalesce(expenses.cost_amount, 0) as cost_amount,
        expenses.expense_date
    from expenses
    left join customers
        on expenses.connection_id = customers.connection_id
        and expenses.company_id = customers.customer_id
    left join connections
        on expenses.connection_id = connections.connection_id
        and connections.vendor = 'connectwise'

)

select * from final
