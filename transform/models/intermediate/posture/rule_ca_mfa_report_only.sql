with

policies as (

    select
        tenant_id,
        policy_id,
        policy_name,
        policy_state,
        is_enabled
    from {{ ref('int_conditional_access_policies_classified') }}
    where mfa_grant <> 'none' and targets_someone

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

evaluated as (

    select
        policies.tenant_id,
        policies.policy_id as subject_id,
        policies.policy_name as subject_name,
        case
            when legs.policies_unknown_reason is not null then 'not_checked'
            when policies.is_enabled then 'pass'
            else 'fail'
        end as status,
        legs.policies_unknown_reason as status_reason,
        policies.policy_state as actual,
        {{ json_object_text({'policy_state': 'policies.policy_state'}) }} as evidence
    from policies
    inner join legs
        on policies.tenant_id = legs.tenant_id
    where legs.are_policies_at_work or legs.policies_unknown_reason is not null

),

{{ rule_gates('tenants', ['tenants.policies_unknown_reason'], columns=['absent_reason']) }},

{{ subject_rule(
    'ca_mfa_report_only', 'policy', "'enabled'", absent_reason='gates.absent_reason'
) }}
