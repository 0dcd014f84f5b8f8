{{ config(materialized='table') }}

with

accounts as (

    select namespace, external_id
    from {{ ref('int_customer_accounts') }}

),

evidence as (

    select namespace, external_id, customer_id, method, is_manual, evidence_rank
    from {{ ref('int_customer_evidence') }}

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

best_ranks as (

    select namespace, external_id, min(evidence_rank) as evidence_rank
    from evidence
    group by namespace, external_id

),

direct as (

    select
        evidence.namespace,
        evidence.external_id,
        min(evidence.customer_id) as customer_id,
        min(evidence.method) as method,
        max(case when evidence.is_manual then 1 else 0 end) = 1 as is_manual,
        count(distinct evidence.customer_id) as customer_count
    from evidence
    inner join best_ranks
        on evidence.namespace = best_ranks.namespace
        and evidence.external_id = best_ranks.external_id
        and evidence.evidence_rank = best_ranks.evidence_rank
    group by evidence.namespace, evidence.external_id

),

-- A partner's external id that several accounts carry identifies none of them.
shared_external_ids as (

    select namespace, customer_id
    from direct
    where method = 'external_id'
    group by namespace, customer_id
    having count(*) > 1

),

judged as (

    select
        accounts.namespace,
        accounts.external_id,
        direct.customer_id,
        direct.method,
        coalesce(direct.is_manual, false) as is_manual,
        case
            when direct.external_id is null then 'unmapped'
            when direct.customer_count > 1 then 'ambiguous'
            when
                direct.method = 'external_id'
                and shared_external_ids.customer_id is not null
                then 'ambiguous'
            else 'accepted'
        end as status
    from accounts
    left join direct
        on accounts.namespace = direct.namespace
        and accounts.external_id = direct.external_id
    left join shared_external_ids
        on direct.namespace = shared_external_ids.namespace
        and direct.customer_id = shared_external_ids.customer_id

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
