with

tenants as (

    select
        tenant_id,
        policies_unknown_reason,
        security_defaults_unknown_reason,
        absent_reason,
        has_mfa_policy,
        are_security_defaults_on
    from {{ ref('int_tenant_mfa_policies_aggregated') }}

),

gaps as (

    select
        tenant_id,
        gap_id,
        is_accepted
    from {{ ref('int_mfa_gaps_named') }}

),

counted as (

    select
        tenant_id,
        count(case when not is_accepted then 1 end) as open_count,
        count(case when is_accepted then 1 end) as accepted_count,
        {{ json_array_agg_where('gap_id', 'not is_accepted') }} as open_gap_ids,
        {{ json_array_agg_where('gap_id', 'is_accepted') }} as accepted_gap_ids
    from gaps
    group by tenant_id

),

-- A policy for an empty group asks nobody.
asked as (

    select
        tenant_id,
        {{ any_row('may_be_asked or asking_unknown_rank is not null') }} as is_somebody_asked
    from {{ ref('int_mfa_enforcement_aggregated_to_user') }}
    group by tenant_id

),

unknown_users as (

    select
        tenant_id,
        min(unknown_rank) as unknown_rank
    from {{ ref('int_conditional_access_cells_judged') }}
    group by tenant_id

),

judged as (

    select
        tenants.tenant_id,
        tenants.absent_reason,
        tenants.has_mfa_policy and coalesce(asked.is_somebody_asked, false) as has_mfa_policy,
        tenants.are_security_defaults_on,
        coalesce(counted.open_count, 0) as open_count,
        coalesce(counted.accepted_count, 0) as accepted_count,
        coalesce(counted.open_gap_ids, '[]') as open_gap_ids,
        coalesce(counted.accepted_gap_ids, '[]') as accepted_gap_ids,
        {{ first_reason([
            'tenants.policies_unknown_reason', 'tenants.security_defaults_unknown_reason'
        ]) }} as tenant_reason,
        {{ reason_of_rank('unknown_users.unknown_rank') }} as user_reason
    from tenants
    left join counted
        on tenants.tenant_id = counted.tenant_id
    left join unknown_users
        on tenants.tenant_id = unknown_users.tenant_id
    left join asked
        on tenants.tenant_id = asked.tenant_id

),

evaluated as (

    select
        tenant_id,
        case
            when are_security_defaults_on then 'pass'
            when tenant_reason is not null then 'not_checked'
            when not has_mfa_policy then 'not_applicable'
            when open_count > 0 then 'fail'
            when user_reason is not null then 'not_checked'
            else 'pass'
        end as status,
        case
            when are_security_defaults_on then null
            when tenant_reason is not null then tenant_reason
            when not has_mfa_policy then absent_reason
            when open_count = 0 then user_reason
        end as status_reason,
        case
            when are_security_defaults_on then 'security defaults'
            when tenant_reason is not null or not has_mfa_policy then null
            when open_count = 1 then '1 gap'
            when open_count > 1 then cast(open_count as varchar) || ' gaps'
            when user_reason is not null then null
            when accepted_count = 1 then 'would fail without the accepted exception'
            when accepted_count > 1 then 'would fail without the accepted exceptions'
            else 'no gap'
        end as actual,
        {{ json_object_text({
            'open_gap_ids': json_of_text('open_gap_ids'),
            'accepted_gap_ids': json_of_text('accepted_gap_ids'),
        }) }} as evidence
    from judged

),

{{ tenant_rule('ca_mfa_gap', "'no gap but accepted ones'") }}
