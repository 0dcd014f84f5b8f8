with

source as (

    select *
    from {{ source('config', 'account_patterns') }}

),

final as (

    select
        kind,
        lower(pattern) as pattern
    from source

)

select * from final
