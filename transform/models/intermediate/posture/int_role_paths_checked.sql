{{ config(materialized='table') }}

with

legs as (

    select
        tenant_id,
        users_state,
        registration_state,
        roles_state,
        group_members_state,
        -- Without the licence nothing can be eligible or activated.
        case when not is_p2_proven_absent then pim_active_state end as pim_active_state,
        case when not is_p2_proven_absent then pim_eligible_state end as pim_eligible_state
    from {{ ref('int_tenant_legs_pivoted') }}

),

held as (

    select
        tenant_id,
        principal_type = 'group' as is_group,
        role_template_id = '{{ global_administrator() }}' as is_global_administrator,
        type_unknown_reason,
        is_privileged
    from {{ ref('int_role_assignments_classified') }}
    where principal_type = 'group' or type_unknown_reason is not null

),

-- Who may be a group may have members, and these hold the role too.
group_held as (

    select
        tenant_id,
        {{ any_row('is_group and is_privileged') }} as has_privileged_group,
        {{ any_row('is_group and is_global_administrator') }} as has_global_group,
        min(case when is_privileged then {{ reason_rank('type_unknown_reason') }} end)
            as untold_rank,
        min(case when is_global_administrator then {{ reason_rank('type_unknown_reason') }} end)
            as global_untold_rank
    from held
    group by tenant_id

),

reasons as (

    select
        legs.tenant_id,
        legs.users_state,
        legs.registration_state,
        legs.roles_state,
        legs.pim_active_state,
        legs.pim_eligible_state,
        case when group_held.has_privileged_group then legs.group_members_state end
            as group_reason,
        {{ reason_of_rank('group_held.untold_rank') }} as untold_reason,
        case when group_held.has_global_group then legs.group_members_state end
            as global_group_reason,
        {{ reason_of_rank('group_held.global_untold_rank') }} as global_untold_reason
    from legs
    left join group_held
        on legs.tenant_id = group_held.tenant_id

),

final as (

    select
        tenant_id,
        registration_state,
        {{ first_reason(['users_state', 'roles_state']) }} as legs_unknown_reason,
        {{ first_reason([
            'users_state', 'roles_state', 'group_reason', 'untold_reason', 'pim_active_state',
            'pim_eligible_state',
        ]) }} as privileged_unknown_reason,
        {{ first_reason([
            'users_state', 'roles_state', 'global_group_reason', 'global_untold_reason',
            'pim_active_state', 'pim_eligible_state',
        ]) }} as global_administrators_unknown_reason
    from reasons

)

select * from final
