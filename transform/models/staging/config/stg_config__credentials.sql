with

source as (

    select *
    from {{ source('config', 'credentials') }}

),

final as (

    select
        vendor,
        connection_id,
        credential_kind,
        credential_id,
        label,
        evidence,
        expires_date
    from source

)

select * from final
