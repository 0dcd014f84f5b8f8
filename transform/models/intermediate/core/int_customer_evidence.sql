{{ config(materialized='table') }}

with

psa_customers as (

    select customer_id, customer_type, status, tenant_ids
    from {{ ref('psa_customers') }}

),

tenants as (

    select tenant_id, customer_id, is_msp_tenant
    from {{ ref('stg_config__tenants') }}

),

msp as (

    select psa_customer_id
    from {{ ref('stg_config__msp') }}

),

customer_decisions as (

    select namespace, external_id, customer_id, decision
    from {{ ref('stg_config__customer_map') }}

),

pax8_companies as (

    select connection_id, company_id, external_id
    from {{ ref('stg_pax8__companies') }}
    where not is_removed

),

from_settings as (

    select
        'tenant' as namespace,
        tenants.tenant_id as external_id,
        tenants.customer_id,
        'settings' as method
    from tenants
    where tenants.customer_id is not null

    union all

    select
        'tenant' as namespace,
        tenants.tenant_id as external_id,
        msp.psa_customer_id as customer_id,
        'settings' as method
    from tenants
    cross join msp
    where
        tenants.is_msp_tenant
        and tenants.customer_id is null
        and msp.psa_customer_id is not null

),

from_manual as (

    select namespace, external_id, customer_id, 'manual' as method
    from customer_decisions
    where decision = 'accepted'

),

from_psa_fields as (

    select
        'tenant' as namespace,
        {{ json_scalar_text('tenant.value') }} as external_id,
        psa_customers.customer_id,
        'psa_tenant_id_field' as method
    from psa_customers
    {{ json_array_items('psa_customers.tenant_ids', 'tenant') }}

),

from_external_ids as (

    select
        'pax8' as namespace,
        pax8_companies.company_id as external_id,
        pax8_companies.external_id as customer_id,
        'external_id' as method
    from pax8_companies
    where pax8_companies.external_id is not null

),

all_evidence as (

    select namespace, external_id, customer_id, method from from_settings
    union all
    select namespace, external_id, customer_id, method from from_manual
    union all
    select namespace, external_id, customer_id, method from from_psa_fields
    union all
    select namespace, external_id, customer_id, method from from_external_ids

),

final as (

    select distinct
        all_evidence.namespace,
        all_evidence.external_id,
        all_evidence.customer_id,
        all_evidence.method,
        all_evidence.method in ('settings', 'manual') as is_manual,
        -- Settings before the file, the file before anything found, an active company before one
        -- that is gone and may still have costs.
        case
            when all_evidence.method = 'settings' then 1
            when all_evidence.method = 'manual' then 2
            when psa_customers.status = 'active' then 3
            else 4
        end as evidence_rank
    from all_evidence
    inner join psa_customers
        on all_evidence.customer_id = psa_customers.customer_id
    left join customer_decisions
        on all_evidence.namespace = customer_decisions.namespace
        and all_evidence.external_id = customer_decisions.external_id
        and all_evidence.customer_id = customer_decisions.customer_id
        and customer_decisions.decision = 'rejected'
    where
        all_evidence.method in ('settings', 'manual')
        or (
            customer_decisions.decision is null
            and psa_customers.customer_type not in ('vendor', 'prospect')
        )

)

select * from final
