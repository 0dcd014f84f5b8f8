with

privileged_users as (

    select
        tenant_id,
        user_id
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

-- An assignment in error gives nothing, and switches nothing off.
assignments as (

    select
        tenant_id,
        user_id,
        sku_id,
        lower(disabled_plans) as disabled_plans
    from {{ ref('hist_microsoft__license_assignments') }} as known
    where
        {{ valid_at('known') }}
        and coalesce(assignment_state, '') <> 'Error'

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

held as (

    select
        privileged_users.tenant_id,
        privileged_users.user_id,
        lower({{ json_text('license.value', 'skuId') }}) as sku_id
    from privileged_users
    inner join accounts
        on privileged_users.tenant_id = accounts.tenant_id
        and privileged_users.user_id = accounts.user_id
        {{ json_array_items('accounts.assigned_licenses', 'license') }}

),

-- Each path assigns a SKU with its own plans switched off: a plan is off where every path says so.
plans as (

    select
        held.tenant_id,
        held.user_id,
        work_plans.sku_part_number,
        work_plans.service_plan_id,
        {{ any_row(
            "assignments.user_id is null"
            ~ " or coalesce(assignments.disabled_plans, '')"
            ~ " not like '%\"' || work_plans.service_plan_id || '\"%'"
        ) }} as is_on
    from held
    inner join work_plans
        on held.tenant_id = work_plans.tenant_id
        and held.sku_id = work_plans.sku_id
    left join assignments
        on held.tenant_id = assignments.tenant_id
        and held.user_id = assignments.user_id
        and held.sku_id = assignments.sku_id
    group by
        held.tenant_id, held.user_id, work_plans.sku_part_number, work_plans.service_plan_id

),

final as (

    select
        tenant_id,
        user_id,
        {{ any_row('is_on') }} as has_work_plan,
        {{ json_array_agg_where('sku_part_number', 'is_on') }} as sku_part_numbers
    from plans
    group by tenant_id, user_id

)

select * from final
