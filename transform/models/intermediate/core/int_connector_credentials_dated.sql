with

connector_credentials as (

    select
        vendor,
        connection_id,
        credential_kind,
        credential_id,
        client_id,
        secret_id,
        thumbprint,
        thumbprint_base64,
        label,
        evidence,
        expires_date
    from {{ ref('stg_config__credentials') }}

),

applications as (

    select
        tenant_id,
        application_id,
        app_id
    from {{ ref('stg_microsoft__applications') }}
    where not is_removed

),

credentials as (

    select
        tenant_id,
        owner_kind,
        owner_id,
        credential_kind,
        key_id,
        custom_key_identifier,
        ends_at,
        valid_from_date,
        valid_to_date
    from {{ ref('hist_microsoft__credentials') }}

),

-- An app is registered in one tenant, its home, and only there listed with its keys: the client id
-- finds that tenant. An end date never changes, so the keys count even where their leg is stale:
-- after an expiry nothing can be read, and just then the date must not be forgotten.
app_keys as (

    select
        applications.app_id,
        credentials.key_id,
        case credentials.credential_kind
            when 'secret' then 'client_secret'
            else credentials.credential_kind
        end as credential_kind,
        credentials.custom_key_identifier,
        cast(credentials.ends_at as date) as ends_date
    from applications
    inner join credentials
        on applications.tenant_id = credentials.tenant_id
        and applications.application_id = credentials.owner_id
    where
        credentials.owner_kind = 'application'
        and credentials.ends_at is not null
        and {{ valid_at('credentials') }}

),

matched as (

    select
        connector_credentials.connection_id,
        connector_credentials.credential_kind,
        connector_credentials.credential_id,
        app_keys.ends_date,
        case
            when app_keys.key_id = connector_credentials.secret_id then 1
            -- Graph writes a thumbprint in base64; older tools stored its hexadecimal text.
            when
                app_keys.custom_key_identifier = connector_credentials.thumbprint_base64
                or upper(app_keys.custom_key_identifier) = connector_credentials.thumbprint
                then 1
            when
                connector_credentials.credential_kind = 'client_secret'
                and app_keys.ends_date = connector_credentials.expires_date
                then 2
            else 3
        end as match_rank
    from connector_credentials
    inner join app_keys
        on connector_credentials.client_id = app_keys.app_id
        and connector_credentials.credential_kind = app_keys.credential_kind
    where connector_credentials.vendor = 'microsoft'

),

-- The key in use: named by the settings, else the one that ends on their date, else the latest.
-- A certificate whose own file tells its end is never guessed from another key of the app.
ranked as (

    select
        connection_id,
        credential_kind,
        credential_id,
        ends_date,
        match_rank,
        row_number() over (
            partition by connection_id, credential_kind, credential_id
            order by match_rank, ends_date desc
        ) as match_number
    from matched

),

final as (

    select
        connector_credentials.vendor,
        connector_credentials.connection_id,
        connector_credentials.credential_kind,
        coalesce(connector_credentials.credential_id, '') as credential_id,
        connector_credentials.client_id,
        connector_credentials.label,
        case
            when ranked.ends_date is null then coalesce(connector_credentials.evidence, 'none')
            else 'graph'
        end as evidence,
        coalesce(ranked.ends_date, connector_credentials.expires_date) as expires_date
    from connector_credentials
    left join ranked
        on connector_credentials.vendor = 'microsoft'
        and connector_credentials.connection_id = ranked.connection_id
        and connector_credentials.credential_kind = ranked.credential_kind
        and connector_credentials.credential_id = ranked.credential_id
        and ranked.match_number = 1
        and (ranked.match_rank < 3 or connector_credentials.evidence != 'certificate')

)

select * from final
