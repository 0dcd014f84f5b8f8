with

customers as (

    select
        customer_id, vendor, customer_name, parent_customer_id, website_domain, currency_code,
        is_active, is_billable
    from {{ ref('psa_customers') }}

),

tenants as (

    select tenant_id, customer_id, default_domain, domains, is_msp_tenant
    from {{ ref('dim_tenants') }}
    where mapping_status = 'accepted'

),

distributor_customers as (

    select vendor, distributor_customer_id, customer_id
    from {{ ref('distributor_customers') }}
    where mapping_status = 'accepted'

),

msp_domains as (

    select domain
    from {{ ref('stg_config__msp_domains') }}

),

tenant_domains as (

    select
        tenants.customer_id,
        {{ json_scalar_text('domain.value') }} as domain
    from tenants
    {{ json_array_items('tenants.domains', 'domain') }}
    where not tenants.is_msp_tenant

),

customer_domains as (

    select
        tenant_domains.customer_id,
        {{ json_array_agg('tenant_domains.domain') }} as domains
    from tenant_domains
    left join msp_domains
        on tenant_domains.domain = msp_domains.domain
    where msp_domains.domain is null
    group by tenant_domains.customer_id

),

customer_tenants as (

    select
        customer_id,
        min(default_domain) filter (where default_domain not like '%.onmicrosoft.%')
            as own_domain,
        min(default_domain) as default_domain,
        {{ json_array_agg('tenant_id') }} as tenant_ids
    from tenants
    group by customer_id

),

customer_accounts as (

    select
        customer_id,
        {{ json_array_agg("vendor || ':' || distributor_customer_id") }}
            as distributor_customer_ids
    from distributor_customers
    group by customer_id

),

listed as (

    select
        customers.customer_id,
        customers.customer_name,
        customers.vendor as psa_vendor,
        customers.is_active,
        customers.is_billable,
        customers.parent_customer_id,
        coalesce(
            {{ registrable_domain('customer_tenants.own_domain') }},
            customers.website_domain,
            {{ registrable_domain('customer_tenants.default_domain') }}
        ) as primary_domain,
        coalesce(customer_domains.domains, '[]') as domains,
        coalesce(customer_tenants.tenant_ids, '[]') as tenant_ids,
        coalesce(customer_accounts.distributor_customer_ids, '[]') as distributor_customer_ids,
        customers.currency_code
    from customers
    left join customer_domains
        on customers.customer_id = customer_domains.customer_id
    left join customer_tenants
        on customers.customer_id = customer_tenants.customer_id
    left join customer_accounts
        on customers.customer_id = customer_accounts.customer_id

),

final as (

    select
        customer_id, customer_name, psa_vendor, is_active, is_billable, parent_customer_id,
        primary_domain, domains, tenant_ids, distributor_customer_ids, currency_code
    from listed

    union all

    select
        'unassigned' as customer_id,
        'Unassigned' as customer_name,
        cast(null as varchar) as psa_vendor,
        true as is_active,
        false as is_billable,
        cast(null as varchar) as parent_customer_id,
        cast(null as varchar) as primary_domain,
        '[]' as domains,
        '[]' as tenant_ids,
        '[]' as distributor_customer_ids,
        cast(null as varchar) as currency_code

)

select * from final
