with

assignments as (

    select
        tenant_id,
        principal_id,
        role_name,
        role_template_id
    from {{ ref('int_role_assignments_classified') }}
    where is_privileged and principal_type = 'user'

),

final as (

    select
        tenant_id,
        principal_id as user_id,
        {{ json_array_agg('role_name') }} as role_names,
        {{ any_row("role_template_id = '" ~ global_administrator() ~ "'") }}
            as is_global_administrator
    from assignments
    group by tenant_id, principal_id

)

select * from final
