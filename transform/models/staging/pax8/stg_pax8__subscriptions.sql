with

source as (

    select *
    from {{ source('pax8', 'subscriptions') }}

),

final as (

    select
        _connection_id as connection_id,
        lower(id) as subscription_id,
        lower(company_id) as company_id,
        lower(product_id) as product_id,
        lower(parent_subscription_id) as parent_subscription_id,
        lower(nullif(trim(vendor_subscription_id), '')) as vendor_subscription_id,
        nullif(vendor_sku_id, '') as vendor_sku,
        product_name,
        status as subscription_status,
        billing_term,
        commitment_term_term as commitment_term,
        commitment_term_id,
        upper(nullif(currency_code, '')) as currency_code,
        quantity,
        price as unit_price_amount,
        partner_cost as unit_cost_amount,
        start_date,
        end_date,
        billing_start as billing_start_date,
        commitment_term_end_date as term_end_date,
        created_date as created_at,
        updated_date as updated_at,
        is_removed,
        _as_of_date,
        _extracted_at as extracted_at,
        removed_at,
        _run_id,
        _dlt_load_id
    from source

)

select * from final
