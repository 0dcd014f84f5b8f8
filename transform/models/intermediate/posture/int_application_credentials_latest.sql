{#-
    The newest end of each kind of credential that an application has, on its registration or on
    its service principal: older keys are superseded. What has ended and is still there is counted
    beside it. Keys of managed identities rotate by themselves. A SAML signing certificate is a
    pair of keys and a password with one thumbprint; only the newest end counts, and the password
    is no secret of its own.
-#}

with

applications as (

    select
        tenant_id,
        application_id,
        app_id,
        application_name
    from {{ ref('hist_microsoft__applications') }} as known
    where {{ valid_at('known') }}

),

service_principals as (

    select
        tenant_id,
        service_principal_id,
        app_id,
        service_principal_name
    from {{ ref('stg_microsoft__service_principals') }}
    where
        not is_removed
        and coalesce(service_principal_type, '') <> 'ManagedIdentity'

),

credentials as (

    select
        tenant_id,
        owner_kind,
        owner_id,
        credential_kind,
        key_id,
        custom_key_identifier,
        {{ date_in_zone('ends_at', "'UTC'") }} as expires_date
    from {{ ref('hist_microsoft__credentials') }} as held
    where {{ valid_at('held') }}

),

owners as (

    select
        tenant_id,
        'application' as owner_kind,
        application_id as owner_id,
        app_id,
        application_name
    from applications

    union all

    select
        tenant_id,
        'service_principal' as owner_kind,
        service_principal_id as owner_id,
        app_id,
        service_principal_name as application_name
    from service_principals

),

signing_certificates as (

    select distinct
        tenant_id,
        owner_id,
        custom_key_identifier
    from credentials
    where credential_kind = 'certificate' and owner_kind = 'service_principal'

),

own_credentials as (

    select
        credentials.tenant_id,
        credentials.owner_kind,
        credentials.owner_id,
        credentials.credential_kind,
        credentials.key_id,
        -- The rows of one certificate share its thumbprint.
        case
            when credentials.credential_kind = 'certificate'
                then coalesce(credentials.custom_key_identifier, credentials.key_id)
            else credentials.key_id
        end as credential_id,
        credentials.expires_date
    from credentials
    left join signing_certificates
        on credentials.tenant_id = signing_certificates.tenant_id
        and credentials.owner_id = signing_certificates.owner_id
        and credentials.custom_key_identifier = signing_certificates.custom_key_identifier
        and credentials.credential_kind <> 'certificate'
    where signing_certificates.owner_id is null

),

final as (

    select
        own_credentials.tenant_id,
        owners.app_id,
        own_credentials.owner_kind,
        own_credentials.credential_kind,
        max(owners.application_name) as application_name,
        cast(count(distinct own_credentials.key_id) as integer) as key_count,
        -- A key without an end may be the newest: then the newest end is not known.
        case
            when count(own_credentials.expires_date) = count(*)
                then max(own_credentials.expires_date)
        end as expires_date,
        min(
            case
                when own_credentials.expires_date >= {{ as_of_date() }}
                    then own_credentials.expires_date
            end
        ) as next_end_date,
        cast(count(distinct case
            when own_credentials.expires_date < {{ as_of_date() }}
                then own_credentials.credential_id
        end) as integer) as expired_count,
        min(
            case
                when own_credentials.expires_date < {{ as_of_date() }}
                    then own_credentials.expires_date
            end
        ) as first_expired_date
    from own_credentials
    inner join owners
        on own_credentials.tenant_id = owners.tenant_id
        and own_credentials.owner_kind = owners.owner_kind
        and own_credentials.owner_id = owners.owner_id
    group by
        own_credentials.tenant_id,
        owners.app_id,
        own_credentials.owner_kind,
        own_credentials.credential_kind

)

select * from final
