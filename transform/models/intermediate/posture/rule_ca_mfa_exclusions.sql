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

-- What is excluded and no longer there is said to be so.
dead_references as (

    select
        tenant_id,
        policy_id,
        item_kind,
        item,
        item_name
    from {{ ref('int_conditional_access_references_checked') }}
    where is_dead

),

legs as (

    select
        tenant_id,
        policies_unknown_reason,
        absent_reason,
        are_policies_at_work
    from {{ ref('int_tenant_mfa_policies_aggregated') }}

),

tenants as (

    select
        tenant_id,
        policies_unknown_reason,
        absent_reason
    from legs

),

excluded as (

    select
        exclusions.tenant_id,
        exclusions.policy_id,
        {{ json_array_agg_where(
            "coalesce(dead_references.item_name, exclusions.item_kind || ':' || exclusions.item)",
            'exclusions.unknown_reason is null and not exclusions.is_break_glass'
        ) }} as excluded_items,
        {{ any_row('exclusions.unknown_reason is null and not exclusions.is_break_glass') }}
            as has_exclusion,
        {{ reason_of_rank('min(' ~ reason_rank('exclusions.unknown_reason') ~ ')') }}
            as unknown_reason
    from exclusions
    left join dead_references
        on exclusions.tenant_id = dead_references.tenant_id
        and exclusions.policy_id = dead_references.policy_id
        and exclusions.item_kind = dead_references.item_kind
        and exclusions.item = dead_references.item
    group by exclusions.tenant_id, exclusions.policy_id

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
