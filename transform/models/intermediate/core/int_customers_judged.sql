with

accounts as (

    select namespace, external_id, connection_id
    from {{ ref('int_customer_accounts') }}

),

evidence as (

    select namespace, external_id, customer_id, method, is_manual, evidence_rank
    from {{ ref('int_customer_evidence') }}

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

-- An external id that several accounts of one connection carry identifies none of them; a customer
-- may have an account at each connection.
shared_external_ids as (

    select
        direct.namespace,
        accounts.connection_id,
        direct.customer_id
    from direct
    inner join accounts
        on direct.namespace = accounts.namespace
        and direct.external_id = accounts.external_id
    where direct.method = 'external_id'
    group by direct.namespace, accounts.connection_id, direct.customer_id
    having count(*) > 1

),

final as (

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
        and accounts.connection_id = shared_external_ids.connection_id
        and direct.customer_id = shared_external_ids.customer_id

)

select * from final
