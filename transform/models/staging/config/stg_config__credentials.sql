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
        lower(client_id) as client_id,
        lower(secret_id) as secret_id,
        thumbprint,
        thumbprint_base64,
        label,
        evidence,
        expires_date
    from source

)

select * from final
