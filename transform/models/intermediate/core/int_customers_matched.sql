{{ config(materialized='table') }}

with

judged as (

    select namespace, external_id, customer_id, method, is_manual, status
    from {{ ref('int_customers_judged') }}

),

links as (

    select vendor, distributor_customer_id, subscription_id, tenant_id
    from {{ ref('int_subscription_links') }}

),

customer_decisions as (

    select namespace, external_id, customer_id
    from {{ ref('stg_config__customer_map') }}
    where decision = 'rejected'

),

-- Two subscriptions of one account in one tenant prove that both belong together.
proven_links as (

    select
        vendor as account_namespace,
        distributor_customer_id,
        tenant_id
    from links
    group by vendor, distributor_customer_id, tenant_id
    having count(distinct subscription_id) >= 2

),

both_ways as (

    select
        account_namespace as namespace,
        distributor_customer_id as external_id,
        'tenant' as other_namespace,
        tenant_id as other_external_id
    from proven_links

    union all

    select
        'tenant' as namespace,
        tenant_id as external_id,
        account_namespace as other_namespace,
        distributor_customer_id as other_external_id
    from proven_links

),

contradicted as (

    select distinct
        both_ways.namespace,
        both_ways.external_id
    from both_ways
    inner join judged
        on both_ways.namespace = judged.namespace
        and both_ways.external_id = judged.external_id
    inner join judged as other_judged
        on both_ways.other_namespace = other_judged.namespace
        and both_ways.other_external_id = other_judged.external_id
    where
        judged.status = 'accepted'
        and other_judged.status = 'accepted'
        and judged.customer_id != other_judged.customer_id
        and not judged.is_manual

),

inherited as (

    select
        both_ways.namespace,
        both_ways.external_id,
        min(other_judged.customer_id) as customer_id,
        count(distinct other_judged.customer_id) as customer_count
    from both_ways
    inner join judged as other_judged
        on both_ways.other_namespace = other_judged.namespace
        and both_ways.other_external_id = other_judged.external_id
    left join contradicted
        on both_ways.other_namespace = contradicted.namespace
        and both_ways.other_external_id = contradicted.external_id
    left join customer_decisions
        on both_ways.namespace = customer_decisions.namespace
        and both_ways.external_id = customer_decisions.external_id
        and other_judged.customer_id = customer_decisions.customer_id
    where
        other_judged.status = 'accepted'
        and contradicted.external_id is null
        and customer_decisions.customer_id is null
    group by both_ways.namespace, both_ways.external_id

),

settled as (

    select
        judged.namespace,
        judged.external_id,
        case
            when contradicted.external_id is not null then 'conflict'
            when judged.status != 'unmapped' then judged.status
            when inherited.customer_count > 1 then 'ambiguous'
            when inherited.customer_count = 1 then 'accepted'
            else 'unmapped'
        end as status,
        case
            when judged.status = 'unmapped' then inherited.customer_id else judged.customer_id
        end as candidate_id,
        case
            when judged.status != 'unmapped' then judged.method
            when inherited.customer_id is not null then 'subscription_ids'
        end as method
    from judged
    left join contradicted
        on judged.namespace = contradicted.namespace
        and judged.external_id = contradicted.external_id
    left join inherited
        on judged.namespace = inherited.namespace
        and judged.external_id = inherited.external_id

),

final as (

    select
        namespace,
        external_id,
        case when status = 'accepted' then candidate_id else 'unassigned' end as customer_id,
        status,
        method,
        {{ json_object_text({'candidate': 'candidate_id'}) }} as evidence
    from settled

)

select * from final
