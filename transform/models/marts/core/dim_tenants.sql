with

tenants as (

    select tenant_id, configured_id, is_msp_tenant, cloud
    from {{ ref('stg_config__tenants') }}

),

organizations as (

    select tenant_id, display_name
    from {{ ref('stg_microsoft__organization') }}
    where not is_removed

),

domains as (

    select tenant_id, domain, is_default
    from {{ ref('stg_microsoft__domains') }}
    where not is_removed and is_verified

),

customer_map as (

    select external_id, customer_id, status
    from {{ ref('map_customers') }}
    where namespace = 'tenant'

),

customers as (

    select customer_id, customer_name
    from {{ ref('psa_customers') }}

),

entra_plans as (

    select tenant_id, has_entra_p1, has_entra_p2, entra_license_evidence
    from {{ ref('int_entra_plans') }}

),

tenant_domains as (

    select
        tenant_id,
        min(case when is_default then domain end) as default_domain,
        {{ json_array_agg('domain') }} as domains
    from domains
    group by tenant_id

),

final as (

    select
        tenants.tenant_id,
        coalesce(customer_map.customer_id, 'unassigned') as customer_id,
        coalesce(customers.customer_name, 'Unassigned') as customer_name,
        coalesce(organizations.display_name, tenants.configured_id) as tenant_name,
        tenant_domains.default_domain,
        coalesce(tenant_domains.domains, '[]') as domains,
        tenants.cloud,
        entra_plans.has_entra_p1,
        entra_plans.has_entra_p2,
        entra_plans.entra_license_evidence,
        coalesce(customer_map.status, 'unmapped') as mapping_status,
        tenants.is_msp_tenant
    from tenants
    left join organizations
        on tenants.tenant_id = organizations.tenant_id
    left join tenant_domains
        on tenants.tenant_id = tenant_domains.tenant_id
    left join customer_map
        on tenants.tenant_id = customer_map.external_id
    left join customers
        on customer_map.customer_id = customers.customer_id
    left join entra_plans
        on tenants.tenant_id = entra_plans.tenant_id

)

select * from final
