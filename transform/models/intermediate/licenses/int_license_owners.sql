with

hist_microsoft__directory_subscriptions as (

    select
        tenant_id, sku_id, commerce_subscription_id, owner_tenant_id,
        lower(directory_subscription_id) as directory_subscription_id
    from {{ ref('hist_microsoft__directory_subscriptions') }} as subscriptions
    where {{ valid_at('subscriptions') }} and not is_trial and owner_tenant_id is not null

),

int_license_tenant_legs as (

    select tenant_id, customer_id
    from {{ ref('int_license_tenant_legs') }}
    where subscription_leg_state = 'fresh'

),

int_license_products as (

    select product_id, sku_id
    from {{ ref('int_license_products') }}
    where sku_id is not null

),

distributor_subscriptions as (

    select distinct vendor_subscription_id
    from {{ ref('distributor_subscriptions') }}
    where vendor_subscription_id is not null

),

-- Who created the subscriptions that no connected distributor sells, by either of their ids.
final as (

    select
        int_license_tenant_legs.customer_id,
        int_license_products.product_id,
        min(hist_microsoft__directory_subscriptions.owner_tenant_id) as owner_tenant_id,
        count(distinct hist_microsoft__directory_subscriptions.owner_tenant_id) as owner_count
    from hist_microsoft__directory_subscriptions
    inner join int_license_tenant_legs
        on hist_microsoft__directory_subscriptions.tenant_id = int_license_tenant_legs.tenant_id
    inner join int_license_products
        on hist_microsoft__directory_subscriptions.sku_id = int_license_products.sku_id
    left join distributor_subscriptions
        on hist_microsoft__directory_subscriptions.commerce_subscription_id
        = distributor_subscriptions.vendor_subscription_id
    left join distributor_subscriptions as named_by_directory
        on hist_microsoft__directory_subscriptions.directory_subscription_id
        = named_by_directory.vendor_subscription_id
    where
        distributor_subscriptions.vendor_subscription_id is null
        and named_by_directory.vendor_subscription_id is null
    group by int_license_tenant_legs.customer_id, int_license_products.product_id

)

select * from final
