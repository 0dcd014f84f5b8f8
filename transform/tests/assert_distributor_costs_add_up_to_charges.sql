-- Fails when the distributor cost of all customers differs from the distributor's charges.
{{ config(severity='error') }}

with

charges as (

    select currency_code, sum(cost_amount) as amount
    from {{ ref('distributor_charges') }}
    group by currency_code

),

cost_lines as (

    select currency_code, sum(amount) as amount
    from {{ ref('fct_cost_lines') }}
    where cost_source = 'distributor'
    group by currency_code

)

select
    coalesce(charges.currency_code, cost_lines.currency_code) as currency_code,
    charges.amount as charge_amount,
    cost_lines.amount as line_amount
from charges
full outer join cost_lines
    on charges.currency_code = cost_lines.currency_code
where coalesce(charges.amount, 0) != coalesce(cost_lines.amount, 0)
