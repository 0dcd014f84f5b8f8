with

contracts as (

    select customer_id, start_date
    from {{ ref('psa_contracts') }}
    where start_date is not null

),

recognition as (

    select customer_id, service_month, document_month
    from {{ ref('fct_recognition') }}

),

first_months as (

    select customer_id, {{ month_start('start_date') }} as first_month
    from contracts

    union all

    select customer_id, service_month as first_month
    from recognition

    union all

    -- A line billed in advance is invoiced in a month before its service begins.
    select customer_id, document_month as first_month
    from recognition

),

bounds as (

    select
        customer_id,
        min(first_month) as first_month,
        {{ month_start(as_of_date()) }} as last_month
    from first_months
    group by customer_id

),

months as (

    {{ month_spine('bounds', 'first_month', 'last_month') }}

),

final as (

    select
        bounds.customer_id,
        months.month,
        {{ as_of_date() }} >= {{ add_months('months.month', 1) }} as is_closed
    from bounds
    inner join months
        on bounds.first_month <= months.month
        and bounds.last_month >= months.month

)

select * from final
