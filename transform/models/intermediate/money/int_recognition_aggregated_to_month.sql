with

recognition as (

    select
        side, source_line_id, service_month, document_month, customer_id, product_id, line_kind,
        is_superseded, reporting_amount, cost_source, is_provisional
    from {{ ref('fct_recognition') }}

),

products as (

    select product_id, is_license
    from {{ ref('dim_products') }}

),

-- A draft counts only in the month that is still open.
classified as (

    select
        recognition.side,
        recognition.source_line_id,
        recognition.service_month,
        recognition.document_month,
        recognition.customer_id,
        recognition.line_kind,
        recognition.is_superseded,
        recognition.reporting_amount,
        case
            when recognition.side = 'revenue' then 'revenue'
            when recognition.cost_source = 'labor' then 'labor'
            when recognition.cost_source = 'distributor' then 'license'
            when coalesce(products.is_license, false) then 'license'
            else 'other'
        end as money_kind
    from recognition
    left join products
        on recognition.product_id = products.product_id
    where
        not recognition.is_provisional
        or recognition.service_month >= {{ month_start(as_of_date()) }}

),

recognized as (

    select
        customer_id,
        service_month as month,
        {{ money_sum('reporting_amount', "money_kind = 'revenue'") }} as revenue_amount,
        {{ money_sum('reporting_amount', "money_kind = 'revenue' and line_kind = 'residual'") }}
            as residual_revenue_amount,
        {{ money_sum('reporting_amount', "money_kind = 'license' and not is_superseded") }}
            as license_cost_amount,
        {{ money_sum('reporting_amount', "money_kind = 'labor'") }} as labor_cost_amount,
        {{ money_sum('reporting_amount', "money_kind = 'other' and not is_superseded") }}
            as other_cost_amount,
        count(*) as source_line_count,
        count(*) filter (where reporting_amount is null and not is_superseded)
            as fx_missing_count
    from classified
    group by customer_id, service_month

),

invoiced as (

    select
        customer_id,
        document_month as month,
        {{ money_sum('reporting_amount', "money_kind = 'revenue'") }} as invoiced_revenue_amount,
        {{ money_sum('reporting_amount', "money_kind != 'revenue' and not is_superseded") }}
            as invoiced_cost_amount
    from classified
    group by customer_id, document_month

),

final as (

    select
        coalesce(recognized.customer_id, invoiced.customer_id) as customer_id,
        coalesce(recognized.month, invoiced.month) as month,
        coalesce(recognized.revenue_amount, 0) as revenue_amount,
        coalesce(recognized.residual_revenue_amount, 0) as residual_revenue_amount,
        coalesce(recognized.license_cost_amount, 0) as license_cost_amount,
        coalesce(recognized.labor_cost_amount, 0) as labor_cost_amount,
        coalesce(recognized.other_cost_amount, 0) as other_cost_amount,
        coalesce(invoiced.invoiced_revenue_amount, 0) as invoiced_revenue_amount,
        coalesce(invoiced.invoiced_cost_amount, 0) as invoiced_cost_amount,
        coalesce(recognized.source_line_count, 0) as source_line_count,
        coalesce(recognized.fx_missing_count, 0) as fx_missing_count
    from recognized
    full outer join invoiced
        on recognized.customer_id = invoiced.customer_id
        and recognized.month = invoiced.month

)

select * from final
