{{ config(materialized='table') }}

with

companies as (

    select
        connection_id, company_id, parent_company_id, bill_to_company_id, company_name,
        status_name, currency_code, website, types, custom_fields, is_deleted, is_vendor,
        is_removed, extracted_at
    from {{ ref('stg_connectwise__companies') }}

),

connections as (

    select vendor, connection_id, base_currency_code
    from {{ ref('stg_config__connections') }}

),

msp as (

    select psa_customer_id
    from {{ ref('stg_config__msp') }}

),

company_types as (

    select
        companies.connection_id,
        companies.company_id,
        lower({{ json_text('company_type.value', 'name') }}) as type_name
    from companies
    {{ json_array_items('companies.types', 'company_type') }}

),

type_flags as (

    select
        connection_id,
        company_id,
        max(case when type_name in ('client', 'customer') then 1 else 0 end) as customer_flag,
        max(case when type_name = 'owner' then 1 else 0 end) as owner_flag,
        max(case when type_name like '%vendor%' then 1 else 0 end) as vendor_flag,
        max(case when type_name in ('prospect', 'lead', 'suspect') then 1 else 0 end)
            as prospect_flag
    from company_types
    group by connection_id, company_id

),

tenant_fields as (

    select
        companies.connection_id,
        companies.company_id,
        lower({{ json_text('custom_field.value', 'value') }}) as field_value
    from companies
    {{ json_array_items('companies.custom_fields', 'custom_field') }}
    where
        '{{ var("psa_tenant_id_field") | replace("'", "''") }}' != ''
        and lower({{ json_text('custom_field.value', 'caption') }})
        = lower('{{ var("psa_tenant_id_field") | replace("'", "''") }}')

),

tenants as (

    select
        tenant_fields.connection_id,
        tenant_fields.company_id,
        {{ json_array_agg('tenant.value') }} as tenant_ids
    from tenant_fields
    {{ text_matches('tenant_fields.field_value', guid_pattern(), 'tenant') }}
    group by tenant_fields.connection_id, tenant_fields.company_id

),

typed as (

    select
        companies.connection_id,
        companies.company_id as customer_id,
        companies.company_name as customer_name,
        companies.parent_company_id as parent_customer_id,
        companies.bill_to_company_id as bill_to_customer_id,
        case
            when companies.is_deleted or companies.is_removed then 'deleted'
            when lower(companies.status_name) like '%inactive%' then 'inactive'
            else 'active'
        end as status,
        case
            when msp.psa_customer_id is not null or type_flags.owner_flag = 1 then 'internal'
            when type_flags.customer_flag = 1 then 'customer'
            when companies.is_vendor or type_flags.vendor_flag = 1 then 'vendor'
            when type_flags.prospect_flag = 1 then 'prospect'
            when type_flags.company_id is null then 'customer'
            else 'other'
        end as customer_type,
        {{ registrable_domain(web_host('companies.website')) }} as website_domain,
        coalesce(tenants.tenant_ids, '[]') as tenant_ids,
        coalesce(
            companies.currency_code,
            connections.base_currency_code,
            '{{ var("reporting_currency") }}'
        ) as currency_code,
        companies.extracted_at
    from companies
    left join type_flags
        on companies.connection_id = type_flags.connection_id
        and companies.company_id = type_flags.company_id
    left join tenants
        on companies.connection_id = tenants.connection_id
        and companies.company_id = tenants.company_id
    left join connections
        on companies.connection_id = connections.connection_id
        and connections.vendor = 'connectwise'
    left join msp
        on companies.company_id = msp.psa_customer_id

),

final as (

    select
        connection_id,
        customer_id,
        'connectwise' as vendor,
        parent_customer_id,
        bill_to_customer_id,
        customer_name,
        status,
        customer_type,
        website_domain,
        tenant_ids,
        currency_code,
        status = 'active' as is_active,
        customer_type in ('customer', 'other') as is_billable,
        extracted_at
    from typed

)

select * from final
