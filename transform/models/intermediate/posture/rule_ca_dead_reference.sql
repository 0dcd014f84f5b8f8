with

policies as (

    select
        tenant_id,
        policy_id,
        policy_name
    from {{ ref('int_conditional_access_policies_classified') }}
    where is_enabled

),

checked_references as (

    select
        tenant_id,
        policy_id,
        item_name,
        is_dead,
        unknown_reason
    from {{ ref('int_conditional_access_references_checked') }}

),

tenants as (

    select
        tenant_id,
        policies_unknown_reason,
        absent_reason,
        are_policies_at_work
    from {{ ref('int_tenant_mfa_policies_aggregated') }}

),

found as (

    select
        tenant_id,
        policy_id,
        {{ json_array_agg_where('item_name', 'is_dead') }} as dead_items,
        count(case when is_dead then 1 end) as dead_count,
        {{ reason_of_rank('min(' ~ reason_rank('unknown_reason') ~ ')') }} as unknown_reason
    from checked_references
    group by tenant_id, policy_id

),

evaluated as (

    select
        policies.tenant_id,
        policies.policy_id as subject_id,
        policies.policy_name as subject_name,
        case
            when tenants.policies_unknown_reason is not null then 'not_checked'
            when found.dead_count > 0 then 'fail'
            when found.unknown_reason is not null then 'not_checked'
            else 'pass'
        end as status,
        case when tenants.policies_unknown_reason is not null or coalesce(found.dead_count, 0) = 0
            then {{ first_reason(['tenants.policies_unknown_reason', 'found.unknown_reason']) }}
        end as status_reason,
        case
            when found.dead_count = 1 then '1 reference leads nowhere'
            when found.dead_count > 1
                then cast(found.dead_count as varchar) || ' references lead nowhere'
        end as actual,
        {{ json_object_text({
            'dead': json_of_text("coalesce(found.dead_items, '[]')"),
        }) }} as evidence
    from policies
    inner join tenants
        on policies.tenant_id = tenants.tenant_id
    left join found
        on policies.tenant_id = found.tenant_id
        and policies.policy_id = found.policy_id
    where tenants.are_policies_at_work or tenants.policies_unknown_reason is not null

),

{{ rule_gates('tenants', ['tenants.policies_unknown_reason'], columns=['absent_reason']) }},

{{ subject_rule(
    'ca_dead_reference',
    'policy',
    "'every user, group, role and place that the policy names exists'",
    absent_reason='gates.absent_reason'
) }}
