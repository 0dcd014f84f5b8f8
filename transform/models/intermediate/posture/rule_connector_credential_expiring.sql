{%- set limit_days = var('connector_credential_days') -%}

with

tenants as (

    select
        tenant_id,
        is_msp_tenant
    from {{ ref('dim_tenants') }}

),

clients as (

    select
        tenant_id,
        client_id
    from {{ ref('stg_config__tenants') }}

),

connector_credentials as (

    select
        credential_kind,
        credential_id,
        client_id,
        label,
        evidence,
        expires_date
    from {{ ref('int_connector_credentials_dated') }}
    where vendor = 'microsoft'

),

msp_tenants as (

    select {{ any_row('is_msp_tenant') }} as has_msp_tenant
    from tenants

),

-- The app lives in the MSP's own tenant; without that one, it is the concern of each tenant that is
-- read with it, and of no other: a tenant may have an app of its own.
home_tenants as (

    select
        tenants.tenant_id,
        clients.client_id,
        tenants.is_msp_tenant
    from tenants
    inner join clients
        on tenants.tenant_id = clients.tenant_id
    cross join msp_tenants
    where tenants.is_msp_tenant or not msp_tenants.has_msp_tenant

),

evaluated as (

    select
        home_tenants.tenant_id,
        connector_credentials.credential_id as subject_id,
        connector_credentials.label as subject_name,
        case
            when connector_credentials.expires_date is null then 'not_checked'
            when connector_credentials.expires_date <= {{ add_days(as_of_date(), limit_days) }}
                then 'fail'
            else 'pass'
        end as status,
        case when connector_credentials.expires_date is null then 'expiry_not_known' end
            as status_reason,
        'expires on ' || cast(connector_credentials.expires_date as varchar) as actual,
        {{ json_object_text({
            'credential_kind': 'connector_credentials.credential_kind',
            'expires_date': 'cast(connector_credentials.expires_date as varchar)',
            'evidence': 'connector_credentials.evidence',
        }) }} as evidence
    from home_tenants
    inner join connector_credentials
        on home_tenants.is_msp_tenant
        or home_tenants.client_id = connector_credentials.client_id

),

population as (

    select
        tenant_id,
        count(*) as population_count
    from evaluated
    group by tenant_id

),

gates as (

    select
        tenants.tenant_id,
        cast(null as varchar) as gate_reason,
        coalesce(population.population_count, 0) as population_count
    from tenants
    left join population
        on tenants.tenant_id = population.tenant_id

),

{{ subject_rule(
    'connector_credential_expiring',
    'application',
    "'valid for more than " ~ limit_days ~ " days'"
) }}
