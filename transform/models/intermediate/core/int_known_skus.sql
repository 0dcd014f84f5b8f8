with

seeded as (

    select sku_id
    from {{ ref('microsoft_skus') }}

),

subscribed_skus as (

    select sku_id, sku_part_number, applies_to
    from {{ ref('hist_microsoft__subscribed_skus') }}

),

directory_subscriptions as (

    select sku_id, sku_part_number
    from {{ ref('hist_microsoft__directory_subscriptions') }}

),

license_assignments as (

    select sku_id
    from {{ ref('hist_microsoft__license_assignments') }}

),

named as (

    select sku_id, cast(null as varchar) as sku_part_number, cast(null as varchar) as applies_to,
        false as is_observed
    from seeded
    union all
    select sku_id, sku_part_number, applies_to, true as is_observed
    from subscribed_skus
    union all
    select sku_id, sku_part_number, cast(null as varchar) as applies_to, true as is_observed
    from directory_subscriptions
    union all
    select sku_id, cast(null as varchar) as sku_part_number, cast(null as varchar) as applies_to,
        true as is_observed
    from license_assignments

),

final as (

    select
        sku_id,
        max(sku_part_number) as reported_part_number,
        max(case when is_observed then 1 else 0 end) = 1 as is_observed,
        max(case when lower(applies_to) = 'company' then 1 else 0 end) = 1 as is_company_sku
    from named
    where sku_id is not null
    group by sku_id

)

select * from final
