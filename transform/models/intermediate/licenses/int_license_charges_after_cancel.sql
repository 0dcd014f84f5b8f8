with

distributor_subscriptions as (

    select
        connection_id, subscription_id, customer_id, product_id, units_per_item, end_date
    from {{ ref('distributor_subscriptions') }}
    where
        end_date is not null
        and customer_mapping_status = 'accepted'
        -- A purchase that is paid once has no month after its end.
        and billing_term is distinct from 'one_time'

),

distributor_charges as (

    select
        source_line_id,
        connection_id,
        subscription_id,
        charge_kind,
        quantity,
        cost_amount,
        period_start_date,
        period_end_date
    from {{ ref('distributor_charges') }}
    where not is_provisional

),

fct_cost_lines as (

    select source_line_id, reporting_amount
    from {{ ref('fct_cost_lines') }}

),

final as (

    select
        distributor_charges.source_line_id,
        distributor_charges.connection_id,
        distributor_charges.subscription_id,
        distributor_subscriptions.customer_id,
        distributor_subscriptions.product_id,
        distributor_charges.charge_kind,
        distributor_charges.quantity * distributor_subscriptions.units_per_item as seats,
        distributor_charges.cost_amount,
        fct_cost_lines.reporting_amount,
        distributor_charges.period_start_date,
        distributor_charges.period_end_date
    from distributor_charges
    inner join distributor_subscriptions
        on distributor_charges.connection_id = distributor_subscriptions.connection_id
        and distributor_charges.subscription_id = distributor_subscriptions.subscription_id
    left join fct_cost_lines
        on distributor_charges.source_line_id = fct_cost_lines.source_line_id
    where distributor_charges.period_start_date >= distributor_subscriptions.end_date

)

select * from final
