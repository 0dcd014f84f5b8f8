{%- set limit_days = var('connector_credential_days') -%}

with

connector_credentials as (

    select
        vendor,
        connection_id,
        credential_kind,
        credential_id,
        label,
        evidence,
        expires_date
    from {{ ref('int_connector_credentials_dated') }}

),

counted as (

    select
        vendor,
        connection_id,
        credential_kind,
        credential_id,
        label,
        evidence,
        expires_date,
        cast({{ dbt.datediff(as_of_date(), 'expires_date', 'day') }} as integer) as days_left
    from connector_credentials

),

-- The last valid day is the expiry date itself.
final as (

    select
        vendor,
        connection_id,
        credential_kind,
        credential_id,
        label,
        expires_date,
        days_left,
        case
            when days_left is null then 'unknown'
            when days_left < 0 then 'expired'
            when days_left <= {{ limit_days }} then 'expiring'
            else 'ok'
        end as state,
        evidence
    from counted

)

select * from final
