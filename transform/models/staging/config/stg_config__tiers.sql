with

source as (

    select *
    from {{ source('config', 'tiers') }}

),

final as (

    select
        tier as margin_tier,
        minimum_ratio
    from source

)

select * from final
