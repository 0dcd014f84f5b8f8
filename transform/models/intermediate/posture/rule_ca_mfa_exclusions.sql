with

policies as (

    select
        tenant_id,
        policy_id,
        policy_name
    from {{ ref('int_conditional_access_policies_classified') }}
    where is_enabled and mfa_grant <> 'none' and targets_someone

),

exclusions as (

    select
        tenant_id,
        policy_id,
        item_kind,
        item,
        unknown_reason,
        is_break_glass
    from {{ ref('int_conditional_access_exclusions_classified') }}

),

legs as (

    select
        tenant_id,
        policies_unknown_reason,
        are_policies_at_work
    from {{ ref('int_tenant_mfa_policies_aggregated') }}

),

tenants as (

    select
        tenant_id,
        policies_unknown_reason,
        case when are_policies_at_work then 'no_subject' else 'no_p1' end as absent_reason
    from legs

),

excluded as (

    select
        tenant_id,
        policy_id,
        {{ json_array_agg_where(
            "item_kind || ':' || item", 'unknown_reason is null and not is_break_glass'
        ) }} as excluded_items,
        {{ any_row('unknown_reason is null and not is_break_glass') }} as has_exclusion,
        {{ reason_of_rank('min(' ~ reason_rank('unknown_reason') ~ ')') }} as unknown_reason
    from exclusions
    group by tenant_id, policy_id

),

evaluated as (

    select
        policies.tenant_id,
        policies.policy_id as subject_id,
        policies.policy_name as subject_name,
        case
            when legs.policies_unknown_reason is not null then 'not_checked'
            when excluded.has_exclusion then 'fail'
            when excluded.unknown_reason is not null then 'not_checked'
            else 'pass'
        end as status,
        case when legs.policies_unknown_reason is not null or not excluded.has_exclusion
            then {{ first_reason(['legs.policies_unknown_reason', 'excluded.unknown_reason']) }}
        end as status_reason,
        case when excluded.has_exclusion then 'users or groups are excluded' end as actual,
        {{ json_object_text({
            'excluded': json_of_text("coalesce(excluded.excluded_items, '[]')"),
        }) }} as evidence
    from policies
    inner join legs
        on policies.tenant_id = legs.tenant_id
    left join excluded
        on policies.tenant_id = excluded.tenant_id
        and policies.policy_id = excluded.policy_id
    where legs.are_policies_at_work or legs.policies_unknown_reason is not null

),

{{ rule_gates('tenants', ['tenants.policies_unknown_reason'], columns=['absent_reason']) }},

{{ subject_rule(
    'ca_mfa_exclusions',
    'policy',
    "'nobody but break-glass accounts is excluded'",
    absent_reason='gates.absent_reason'
) }}
