with

privileged_users as (

    select
        tenant_id,
        user_id,
        user_principal_name,
        role_names,
        legs_unknown_reason
    from {{ ref('int_privileged_users_joined') }}

),

licensed as (

    select
        tenant_id,
        user_id,
        has_work_plan,
        sku_part_numbers
    from {{ ref('int_privileged_users_licensed') }}

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
        skus_state,
        licenses_state
    from {{ ref('int_tenant_legs_pivoted') }}

),

tenants as (

    select
        role_paths.tenant_id,
        role_paths.privileged_unknown_reason,
        legs.skus_state,
        legs.licenses_state
    from role_paths
    inner join legs
        on role_paths.tenant_id = legs.tenant_id

),

evaluated as (

    select
        privileged_users.tenant_id,
        privileged_users.user_id as subject_id,
        privileged_users.user_principal_name as subject_name,
        case
            when privileged_users.legs_unknown_reason is not null then 'not_checked'
            when tenants.skus_state <> 'fresh' then 'not_checked'
            when licensed.user_id is null then 'pass'
            -- Only the assignments tell which plans of a licence are off.
            when tenants.licenses_state <> 'fresh' then 'not_checked'
            when licensed.has_work_plan then 'fail'
            else 'pass'
        end as status,
        {{ first_reason([
            'privileged_users.legs_unknown_reason',
            'tenants.skus_state',
            '(case when licensed.user_id is not null then tenants.licenses_state end)',
        ]) }} as status_reason,
        case when licensed.has_work_plan then 'mail or Office licence' end as actual,
        {{ json_object_text({
            'role_names': json_of_text('privileged_users.role_names'),
            'sku_part_numbers': json_of_text("coalesce(licensed.sku_part_numbers, '[]')"),
        }) }} as evidence
    from privileged_users
    inner join tenants
        on privileged_users.tenant_id = tenants.tenant_id
    left join licensed
        on privileged_users.tenant_id = licensed.tenant_id
        and privileged_users.user_id = licensed.user_id

),

{{ rule_gates('tenants', ['tenants.privileged_unknown_reason', 'tenants.skus_state']) }},

{{ subject_rule(
    'role_privileged_with_license',
    'user',
    "'privileged accounts hold no mail or Office licence'"
) }}
