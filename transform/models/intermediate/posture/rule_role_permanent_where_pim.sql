with

privileged_users as (

    select
        tenant_id,
        user_id,
        user_principal_name,
        role_names,
        legs_unknown_reason,
        is_break_glass
    from {{ ref('int_privileged_users_joined') }}

),

assignments as (

    select
        tenant_id,
        principal_id,
        role_name,
        is_permanent
    from {{ ref('int_role_assignments_classified') }}
    where
        is_privileged and principal_type = 'user' and is_active and unknown_reason is null

),

role_paths as (

    select
        tenant_id,
        privileged_unknown_reason
    from {{ ref('int_role_paths_checked') }}

),

legs as (

    select
        tenant_id,
        pim_active_state,
        is_p2_proven_absent
    from {{ ref('int_tenant_legs_pivoted') }}

),

-- Without P2 nothing could be made eligible: there is no subject.
tenants as (

    select
        role_paths.tenant_id,
        case when not legs.is_p2_proven_absent then role_paths.privileged_unknown_reason end
            as paths_reason,
        case when not legs.is_p2_proven_absent then legs.pim_active_state end as pim_reason,
        case when legs.is_p2_proven_absent then 'no_p2' else 'no_subject' end as absent_reason,
        legs.is_p2_proven_absent
    from role_paths
    inner join legs
        on role_paths.tenant_id = legs.tenant_id

),

held as (

    select
        tenant_id,
        principal_id as user_id,
        {{ json_array_agg_where('role_name', 'is_permanent') }} as permanent_role_names,
        {{ any_row('is_permanent') }} as has_permanent_role,
        -- An assignment that no schedule shows: the reads were not of one moment.
        {{ any_row('is_permanent is null') }} as has_unknown_end
    from assignments
    group by tenant_id, principal_id

),

judged as (

    select
        privileged_users.tenant_id,
        privileged_users.user_id,
        privileged_users.user_principal_name,
        held.permanent_role_names,
        {{ first_reason([
            'privileged_users.legs_unknown_reason',
            'tenants.pim_reason',
            "(case when held.has_unknown_end and not held.has_permanent_role"
            ~ " and not privileged_users.is_break_glass then 'pim_not_read' end)",
        ]) }} as unknown_reason,
        held.has_permanent_role,
        privileged_users.is_break_glass
    from privileged_users
    inner join tenants
        on privileged_users.tenant_id = tenants.tenant_id
    left join held
        on privileged_users.tenant_id = held.tenant_id
        and privileged_users.user_id = held.user_id
    where not tenants.is_p2_proven_absent

),

evaluated as (

    select
        tenant_id,
        user_id as subject_id,
        user_principal_name as subject_name,
        case
            when unknown_reason is not null then 'not_checked'
            when has_permanent_role and not is_break_glass then 'fail'
            else 'pass'
        end as status,
        unknown_reason as status_reason,
        case when has_permanent_role then 'permanent active assignment' end as actual,
        {{ json_object_text({
            'permanent_role_names': json_of_text("coalesce(permanent_role_names, '[]')"),
        }) }} as evidence
    from judged

),

{{ rule_gates(
    'tenants', ['tenants.paths_reason', 'tenants.pim_reason'], columns=['absent_reason']
) }},

{{ subject_rule(
    'role_permanent_where_pim',
    'user',
    "'privileged roles are eligible or limited in time'",
    absent_reason='gates.absent_reason'
) }}
