with

customer_history as (

    select
        namespace, external_id, customer_id, status, method, evidence, valid_from_date,
        valid_to_date
    from {{ ref('hist_map__customers') }}

),

final as (

    select
        namespace,
        external_id,
        customer_id,
        status,
        method,
        evidence
    from customer_history
    where {{ valid_at('customer_history') }}

)

select * from final
