with

assignments as (

    select
        tenant_id,
        principal_id,
        role_name,
        role_template_id,
        is_active
    from {{ ref('int_role_assignments_classified') }}
    -- A path whose read is late proves nothing; int_role_paths_checked names it.
    where is_privileged and principal_type = 'user' and unknown_reason is null

),

final as (

    select
        tenant_id,
        principal_id as user_id,
        {{ json_array_agg('role_name') }} as role_names,
        {{ any_row("role_template_id = '" ~ global_administrator() ~ "'") }}
            as is_global_administrator,
        {{ any_row('is_active') }} as is_active
    from assignments
    group by tenant_id, principal_id

)

select * from final
