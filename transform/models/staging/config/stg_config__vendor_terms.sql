with

source as (

    select *
    from {{ source('config', 'vendor_terms') }}

),

final as (

    select
        namespace,
        lower(trim(code)) as code,
        value as term_value,
        decision,
        decided_by,
        decided_on as decided_date,
        note
    from source

)

select * from final
