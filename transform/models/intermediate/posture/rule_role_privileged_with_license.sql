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

accounts as (

    select
        tenant_id,
        user_id,
        assigned_licenses
    from {{ ref('hist_microsoft__users') }} as known
    where {{ valid_at('known') }}

),

subscribed_skus as (

    select
        tenant_id,
        sku_id,
        sku_part_number,
        service_plans
    from {{ ref('hist_microsoft__subscribed_skus') }} as known
    where {{ valid_at('known') }}

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
        skus_state
    from {{ ref('int_tenant_legs_pivoted') }}

),

tenants as (

    select
        role_paths.tenant_id,
        role_paths.privileged_unknown_reason,
        legs.skus_state
    from role_paths
    inner join legs
        on role_paths.tenant_id = legs.tenant_id

),

work_plans as (

    select
        subscribed_skus.tenant_id,
        subscribed_skus.sku_id,
        subscribed_skus.sku_part_number,
        lower({{ json_text('plan.value', 'servicePlanId') }}) as service_plan_id
    from subscribed_skus {{ json_array_items('subscribed_skus.service_plans', 'plan') }}
    where {{ is_daily_work_plan("lower(" ~ json_text('plan.value', 'servicePlanName') ~ ")") }}

),

assigned as (

    select
        privileged_users.tenant_id,
        privileged_users.user_id,
        lower({{ json_text('license.value', 'skuId') }}) as sku_id,
        lower(cast({{ json_value('license.value', 'disabledPlans') }} as varchar))
            as disabled_plans
    from privileged_users
    inner join accounts
        on privileged_users.tenant_id = accounts.tenant_id
        and privileged_users.user_id = accounts.user_id
        {{ json_array_items('accounts.assigned_licenses', 'license') }}

),

-- A plan that is switched off for the user is no mailbox and no app.
licensed as (

    select
        assigned.tenant_id,
        assigned.user_id,
        {{ json_array_agg('work_plans.sku_part_number') }} as sku_part_numbers
    from assigned
    inner join work_plans
        on assigned.tenant_id = work_plans.tenant_id
        and assigned.sku_id = work_plans.sku_id
    where
        coalesce(
            assigned.disabled_plans not like '%' || work_plans.service_plan_id || '%', true
        )
    group by assigned.tenant_id, assigned.user_id

),

evaluated as (

    select
        privileged_users.tenant_id,
        privileged_users.user_id as subject_id,
        privileged_users.user_principal_name as subject_name,
        case
            when privileged_users.legs_unknown_reason is not null then 'not_checked'
            when tenants.skus_state <> 'fresh' then 'not_checked'
            when licensed.user_id is not null then 'fail'
            else 'pass'
        end as status,
        {{ first_reason(['privileged_users.legs_unknown_reason', 'tenants.skus_state']) }}
            as status_reason,
        case when licensed.user_id is not null then 'mail or Office licence' end as actual,
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
