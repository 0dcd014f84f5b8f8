with

source as (

    select *
    from {{ source('connectwise', 'agreement_additions') }}

),

final as (

    select
        _connection_id as connection_id,
        id as addition_id,
        agreement_id,
        product_id as catalog_item_id,
        product_identifier as product_code,
        description,
        bill_customer,
        agreement_status,
        quantity,
        less_included as included_quantity,
        billed_quantity,
        unit_price as unit_price_amount,
        unit_cost as unit_cost_amount,
        effective_date,
        cancelled_date,
        info_last_updated as updated_at,
        is_removed,
        _as_of_date,
        _extracted_at as extracted_at,
        removed_at,
        _run_id,
        _dlt_load_id
    from source

)

select * from final
