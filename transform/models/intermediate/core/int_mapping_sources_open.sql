with

unmapped_sources as (

    select namespace, external_id, product_id, seats
    from {{ ref('int_license_unmapped_sources') }}

),

map_customers as (

    select namespace, external_id, status
    from {{ ref('map_customers') }}

),

customer_evidence as (

    select namespace, external_id, customer_id, method, evidence_rank
    from {{ ref('int_customer_evidence') }}

),

customers as (

    select customer_id, customer_name
    from {{ ref('dim_customers') }}

),

account_names as (

    select vendor as namespace, distributor_customer_id as external_id, customer_name
    from {{ ref('distributor_customers') }}

    union all

    select 'tenant' as namespace, tenant_id as external_id, tenant_name as customer_name
    from {{ ref('dim_tenants') }}

),

product_names as (

    select
        namespace,
        code,
        min(product_name) as product_name,
        max(case when status = 'ambiguous' then 1 else 0 end) = 1 as is_ambiguous
    from {{ ref('map_products') }}
    where status <> 'accepted'
    group by namespace, code

),

-- One source that several customers use is one thing to decide.
sources as (

    select
        namespace,
        external_id,
        max(case when product_id is not null then 1 else 0 end) = 1 as is_product,
        sum(seats) as seats
    from unmapped_sources
    group by namespace, external_id

),

candidates as (

    select
        customer_evidence.namespace,
        customer_evidence.external_id,
        '[' || {{ dbt.listagg(
            json_object_text({
                'id': 'customer_evidence.customer_id',
                'name': 'customers.customer_name',
                'evidence': 'customer_evidence.method',
                'confidence': "'high'",
            }),
            "','", 'order by customer_evidence.evidence_rank, customer_evidence.customer_id'
        ) }} || ']' as candidates,
        count(distinct customer_evidence.customer_id) as candidate_count,
        min(customer_evidence.customer_id) as candidate_id
    from customer_evidence
    left join customers
        on customer_evidence.customer_id = customers.customer_id
    group by customer_evidence.namespace, customer_evidence.external_id

),

final as (

    select
        sources.namespace,
        sources.external_id,
        coalesce(product_names.product_name, account_names.customer_name) as external_name,
        sources.is_product,
        case
            when sources.is_product and product_names.is_ambiguous then 'ambiguous'
            when not sources.is_product and map_customers.status in ('ambiguous', 'conflict')
                then map_customers.status
            else 'unmapped'
        end as status,
        coalesce(candidates.candidates, '[]') as candidates,
        case when candidates.candidate_count = 1 then candidates.candidate_id end
            as best_candidate,
        sources.seats
    from sources
    left join product_names
        on sources.is_product
        and sources.namespace = product_names.namespace
        and sources.external_id = product_names.code
    left join account_names
        on not sources.is_product
        and sources.namespace = account_names.namespace
        and sources.external_id = account_names.external_id
    left join map_customers
        on not sources.is_product
        and sources.namespace = map_customers.namespace
        and lower(sources.external_id) = map_customers.external_id
    left join candidates
        on not sources.is_product
        and sources.namespace = candidates.namespace
        and lower(sources.external_id) = lower(candidates.external_id)

)

select * from final
