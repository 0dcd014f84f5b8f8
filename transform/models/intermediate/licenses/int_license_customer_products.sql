with

int_license_tenant_seats as (

    select
        customer_id,
        product_id,
        sum(enabled_seats) as enabled_seats,
        sum(consumed_seats) as consumed_seats
    from {{ ref('int_license_tenant_seats') }}
    group by customer_id, product_id

),

int_license_contract_seats as (

    select customer_id, product_id, contracted_seats, has_fraction
    from {{ ref('int_license_contract_seats') }}

),

int_license_distributor_seats as (

    select customer_id, product_id, distributor_seats, has_fraction
    from {{ ref('int_license_distributor_seats') }}

),

int_license_billed_seats as (

    select customer_id, product_id, billed_seats
    from {{ ref('int_license_billed_seats') }}

),

final as (

    select customer_id, product_id
    from int_license_tenant_seats
    where enabled_seats > 0 or consumed_seats > 0

    union

    select customer_id, product_id
    from int_license_contract_seats
    where has_fraction or contracted_seats > 0

    union

    select customer_id, product_id
    from int_license_distributor_seats
    where has_fraction or distributor_seats > 0

    union

    select customer_id, product_id
    from int_license_billed_seats
    where billed_seats is distinct from 0

)

select * from final
