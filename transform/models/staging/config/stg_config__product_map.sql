with

source as (

    select *
    from {{ source('config', 'product_map') }}

),

final as (

    select
        lower(namespace) as namespace,
        upper(code) as code,
        lower(product_id) as product_id,
        units_per_item,
        decision,
        decided_by,
        decided_on as decided_date,
        note
    from source

)

select * from final
