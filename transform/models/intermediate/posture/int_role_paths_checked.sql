with

legs as (

    select
        tenant_id,
        users_state,
        registration_state,
        roles_state,
        is_p2_proven_absent
    from {{ ref('int_tenant_legs_pivoted') }}

),

group_held as (

    select
        tenant_id,
        {{ any_row('is_privileged') }} as has_privileged_group,
        {{ any_row("role_template_id = '" ~ global_administrator() ~ "'") }} as has_global_group
    from {{ ref('int_role_assignments_classified') }}
    where principal_type = 'group'
    group by tenant_id

),

reasons as (

    select
        legs.tenant_id,
        legs.users_state,
        legs.registration_state,
        legs.roles_state,
        case when coalesce(group_held.has_privileged_group, false) then 'group_not_read' end
            as group_reason,
        case when coalesce(group_held.has_global_group, false) then 'group_not_read' end
            as global_group_reason,
        -- Eligible roles exist only with P2; until they are read, only its absence is proof.
        case when not legs.is_p2_proven_absent then 'pim_not_read' end as pim_reason
    from legs
    left join group_held
        on legs.tenant_id = group_held.tenant_id

),

final as (

    select
        tenant_id,
        registration_state,
        {{ first_reason(['users_state', 'roles_state']) }} as legs_unknown_reason,
        {{ first_reason(['users_state', 'roles_state', 'group_reason', 'pim_reason']) }}
            as privileged_unknown_reason,
        {{ first_reason(['users_state', 'roles_state', 'global_group_reason', 'pim_reason']) }}
            as global_administrators_unknown_reason
    from reasons

)

select * from final
