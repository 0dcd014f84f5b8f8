{{ config(materialized='table') }}

with

accounts as (

    select namespace, external_id, connection_id
    from {{ ref('int_customer_accounts') }}
    where namespace = 'pax8'

),

companies as (

    select
        connection_id, company_id, company_name, external_id, company_status, website, is_removed
    from {{ ref('stg_pax8__companies') }}

),

customer_map as (

    select namespace, external_id, customer_id, status
    from {{ ref('map_customers') }}

),

final as (

    select
        accounts.namespace as vendor,
        accounts.connection_id,
        accounts.external_id as distributor_customer_id,
        coalesce(companies.company_name, accounts.external_id) as customer_name,
        case
            when companies.is_removed or lower(companies.company_status) = 'deleted'
                then 'deleted'
            when lower(companies.company_status) = 'active' then 'active'
            else 'inactive'
        end as status,
        companies.external_id,
        {{ registrable_domain(web_host('companies.website')) }} as website_domain,
        coalesce(customer_map.customer_id, 'unassigned') as customer_id,
        coalesce(customer_map.status, 'unmapped') as mapping_status
    from accounts
    left join companies
        on accounts.connection_id = companies.connection_id
        and accounts.external_id = companies.company_id
    left join customer_map
        on accounts.namespace = customer_map.namespace
        and accounts.external_id = customer_map.external_id

)

select * from final
