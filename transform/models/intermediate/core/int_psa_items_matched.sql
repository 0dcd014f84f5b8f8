{{ config(materialized='table') }}

with

psa_items as (

    select
        namespace, connection_id, source_product_id, product_code, product_name, vendor_name,
        vendor_sku, manufacturer_part_number, external_reference, part_number
    from {{ ref('int_psa_items') }}

),

decisions as (

    select namespace, connection_id, source_product_id, product_id, units_per_item, decision
    from {{ ref('int_product_decisions') }}
    where namespace = 'psa'

),

part_numbers as (

    select part_number, product_id, method
    from {{ ref('int_part_numbers') }}

),

known_skus as (

    select sku_id
    from {{ ref('int_known_skus') }}

),

distributor_products as (

    select source_product_id, distributor_sku, product_id
    from {{ ref('int_distributor_products_matched') }}

),

references_kept as (

    select namespace, connection_id, source_product_id, lower(trim(vendor_sku)) as reference
    from psa_items
    union
    select
        namespace, connection_id, source_product_id,
        lower(trim(manufacturer_part_number)) as reference
    from psa_items
    union
    select namespace, connection_id, source_product_id, lower(trim(external_reference)) as reference
    from psa_items

),

found as (

    select
        psa_items.namespace,
        psa_items.connection_id,
        psa_items.source_product_id,
        part_numbers.product_id,
        part_numbers.method
    from psa_items
    inner join part_numbers
        on psa_items.part_number = part_numbers.part_number

    union

    select
        references_kept.namespace,
        references_kept.connection_id,
        references_kept.source_product_id,
        'ms:' || known_skus.sku_id as product_id,
        'sku_id' as method
    from references_kept
    inner join known_skus
        on references_kept.reference = known_skus.sku_id

    union

    -- An item that carries the distributor's own code is what the distributor's product is.
    select
        references_kept.namespace,
        references_kept.connection_id,
        references_kept.source_product_id,
        distributor_products.product_id,
        'distributor_reference' as method
    from references_kept
    inner join distributor_products
        on references_kept.reference = distributor_products.source_product_id
        or references_kept.reference = lower(distributor_products.distributor_sku)

),

candidates as (

    select
        namespace, connection_id, source_product_id, product_id, units_per_item,
        'manual' as method, 1 as evidence_rank
    from decisions
    where decision = 'accepted'

    union all

    select
        found.namespace,
        found.connection_id,
        found.source_product_id,
        found.product_id,
        cast(1 as decimal(19, 6)) as units_per_item,
        found.method,
        2 as evidence_rank
    from found
    left join decisions
        on found.connection_id = decisions.connection_id
        and found.source_product_id = decisions.source_product_id
        and found.product_id = decisions.product_id
        and decisions.decision = 'rejected'
    where decisions.decision is null

),

best as (

    {{ best_product_candidate('candidates') }}

),

final as (

    select
        psa_items.namespace,
        psa_items.connection_id,
        psa_items.source_product_id,
        psa_items.product_code,
        psa_items.product_name,
        psa_items.vendor_name,
        psa_items.part_number,
        case
            when best.product_count = 1 then best.product_id
            else 'psa:' || psa_items.source_product_id
        end as product_id,
        case when best.product_count = 1 then best.units_per_item else 1 end as units_per_item,
        case
            when best.product_count = 1 then 'accepted'
            when best.product_count > 1 then 'ambiguous'
            -- A commerce part number that no list knows is a licence nobody can name.
            when psa_items.part_number is not null then 'unmapped'
            else 'own'
        end as status,
        best.method
    from psa_items
    left join best
        on psa_items.namespace = best.namespace
        and psa_items.connection_id = best.connection_id
        and psa_items.source_product_id = best.source_product_id

)

select * from final
