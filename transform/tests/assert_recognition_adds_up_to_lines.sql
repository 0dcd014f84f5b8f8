-- Fails when the months of a line do not add up to it, in its own or in the reporting currency.
{{ config(severity='error') }}

with

recognized as (

    select
        side,
        source_line_id,
        sum(amount) as amount,
        sum(reporting_amount) as reporting_amount
    from {{ ref('fct_recognition') }}
    group by side, source_line_id

),

source_lines as (

    select 'revenue' as side, source_line_id, amount, reporting_amount
    from {{ ref('fct_revenue_lines') }}

    union all

    select 'cost' as side, source_line_id, amount, reporting_amount
    from {{ ref('fct_cost_lines') }}

)

select
    source_lines.side,
    source_lines.source_line_id,
    source_lines.amount,
    recognized.amount as recognized_amount
from source_lines
left join recognized
    on source_lines.side = recognized.side
    and source_lines.source_line_id = recognized.source_line_id
where
    recognized.source_line_id is null
    or source_lines.amount != recognized.amount
    or source_lines.reporting_amount is distinct from recognized.reporting_amount
