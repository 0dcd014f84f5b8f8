{{ config(materialized='table') }}

with

int_license_tenant_skus as (

    select tenant_id, sku_id, paid_seats
    from {{ ref('int_license_tenant_skus') }}
    where not is_trial_only

),

int_license_products as (

    select product_id, sku_id
    from {{ ref('int_license_products') }}
    where sku_id is not null and is_license and not is_excluded_from_leakage

),

int_license_holders as (

    select tenant_id, user_id, product_id, is_sign_in_blocked, is_excepted
    from {{ ref('int_license_holders') }}

),

int_license_holder_activity as (

    select tenant_id, user_id, product_id, is_inactive
    from {{ ref('int_license_holder_activity') }}

),

int_license_tenant_legs as (

    select tenant_id, customer_id
    from {{ ref('int_license_tenant_legs') }}

),

enabled_seats as (

    select
        int_license_tenant_skus.tenant_id,
        int_license_products.product_id,
        int_license_tenant_skus.paid_seats
    from int_license_tenant_skus
    inner join int_license_products
        on int_license_tenant_skus.sku_id = int_license_products.sku_id

),

held_seats as (

    select
        tenant_id,
        product_id,
        count(distinct user_id) as consumed_seats,
        count(distinct user_id) filter (where is_sign_in_blocked) as blocked_seats,
        count(distinct user_id) filter (where is_sign_in_blocked and not is_excepted)
            as disabled_seats
    from int_license_holders
    group by tenant_id, product_id

),

inactive_seats as (

    select
        tenant_id,
        product_id,
        case
            when count(*) = count(is_inactive)
                then count(distinct user_id) filter (where is_inactive)
        end as inactive_seats
    from int_license_holder_activity
    group by tenant_id, product_id

),

tenant_products as (

    select tenant_id, product_id
    from enabled_seats

    union

    select tenant_id, product_id
    from held_seats

),

final as (

    select
        tenant_products.tenant_id,
        tenant_products.product_id,
        int_license_tenant_legs.customer_id,
        cast(coalesce(enabled_seats.paid_seats, 0) as integer) as enabled_seats,
        cast(coalesce(held_seats.consumed_seats, 0) as integer) as consumed_seats,
        cast(coalesce(held_seats.blocked_seats, 0) as integer) as blocked_seats,
        cast(coalesce(held_seats.disabled_seats, 0) as integer) as disabled_seats,
        case
            when inactive_seats.tenant_id is null then 0
            else cast(inactive_seats.inactive_seats as integer)
        end as inactive_seats
    from tenant_products
    inner join int_license_tenant_legs
        on tenant_products.tenant_id = int_license_tenant_legs.tenant_id
    left join enabled_seats
        on tenant_products.tenant_id = enabled_seats.tenant_id
        and tenant_products.product_id = enabled_seats.product_id
    left join held_seats
        on tenant_products.tenant_id = held_seats.tenant_id
        and tenant_products.product_id = held_seats.product_id
    left join inactive_seats
        on tenant_products.tenant_id = inactive_seats.tenant_id
        and tenant_products.product_id = inactive_seats.product_id

)

select * from final
