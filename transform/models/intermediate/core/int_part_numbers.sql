with

seeded as (

    select part_number, sku_id
    from {{ ref('microsoft_part_numbers') }}

),

reviewed as (

    select code, product_id, decision
    from {{ ref('stg_config__product_map') }}
    where namespace = 'part_number'

),

known as (

    select
        code as part_number,
        product_id,
        'manual' as method
    from reviewed
    where decision = 'accepted'

    union all

    select
        seeded.part_number,
        'ms:' || seeded.sku_id as product_id,
        'part_number' as method
    from seeded
    left join reviewed
        on seeded.part_number = reviewed.code
        and (reviewed.decision = 'accepted' or reviewed.product_id = 'ms:' || seeded.sku_id)
    where reviewed.code is null

),

-- A code may name the product without its SKU; that says something only where there is one SKU.
product_parts as (

    select
        {{ text_match('part_number', '^CFQ7[0-9A-Z]{8}') }} as part_number,
        min(product_id) as product_id,
        min(method) as method
    from known
    where part_number like 'CFQ7%:%'
    group by {{ text_match('part_number', '^CFQ7[0-9A-Z]{8}') }}
    having count(distinct product_id) = 1

),

final as (

    select part_number, product_id, method
    from known

    union all

    select product_parts.part_number, product_parts.product_id, product_parts.method
    from product_parts
    left join known
        on product_parts.part_number = known.part_number
    where known.part_number is null

)

select * from final
