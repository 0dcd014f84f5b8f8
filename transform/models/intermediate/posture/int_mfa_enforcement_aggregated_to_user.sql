{#- What the policies together ask of each user, over all sign-ins that they tell apart. -#}

with

cells as (

    select
        tenant_id,
        scope_id,
        cell_state,
        is_asked,
        unknown_rank
    from {{ ref('int_conditional_access_cells_judged') }}

),

reached as (

    select
        tenant_id,
        scope_id,
        policy_id,
        reach,
        unknown_reason,
        is_surely_included,
        needs_roles,
        needs_group_members
    from {{ ref('int_conditional_access_scopes_reached') }}

),

policies as (

    select
        tenant_id,
        policy_id,
        demand,
        narrowed_by,
        is_asking
    from {{ ref('int_conditional_access_policies_classified') }}
    where is_at_work

),

users as (

    select
        tenant_id,
        user_id,
        scope_id
    from {{ ref('int_conditional_access_scopes_assigned') }}

),

covered as (

    select
        tenant_id,
        scope_id,
        count(*) as cell_count,
        count(case when cell_state = 'protected' then 1 end) as protected_count,
        count(case when cell_state = 'external' then 1 end) as external_count,
        count(case when cell_state = 'unknown' then 1 end) as unknown_count,
        {{ any_row('is_asked') }} as is_asked,
        min(unknown_rank) as unknown_rank
    from cells
    group by tenant_id, scope_id

),

asking as (

    select
        reached.tenant_id,
        reached.scope_id,
        {{ json_array_agg_where(
            'reached.policy_id',
            "reached.reach = 'enforced' and policies.narrowed_by is null"
            ~ " and policies.demand in ('mfa', 'block')"
        ) }} as enforcing_policy_ids,
        {{ json_array_agg_where(
            'reached.policy_id', "reached.reach = 'excluded' and policies.is_asking"
        ) }} as excluded_by_policy_ids,
        {{ any_row("reached.reach in ('enforced', 'unknown') and reached.is_surely_included"
            ~ " and policies.is_asking") }} as may_be_asked,
        min(case
            when
                reached.reach = 'unknown'
                and not reached.is_surely_included
                and policies.is_asking
                then {{ reason_rank('reached.unknown_reason') }}
        end) as asking_unknown_rank,
        {{ any_row("policies.is_asking") }} as has_asking_policy,
        {{ any_row('reached.needs_roles') }} as needs_roles,
        {{ any_row('reached.needs_group_members') }} as needs_group_members
    from reached
    inner join policies
        on reached.tenant_id = policies.tenant_id
        and reached.policy_id = policies.policy_id
    group by reached.tenant_id, reached.scope_id

),

final as (

    select
        users.tenant_id,
        users.user_id,
        users.scope_id,
        case when covered.protected_count = covered.cell_count or covered.is_asked
            then asking.enforcing_policy_ids
            else '[]'
        end as enforcing_policy_ids,
        asking.excluded_by_policy_ids,
        covered.unknown_rank,
        covered.protected_count = covered.cell_count as is_enforced,
        covered.external_count > 0
        and covered.protected_count + covered.external_count = covered.cell_count as is_external,
        -- Some sign-ins surely pass without MFA, and some are surely asked for more.
        covered.is_asked
        and covered.protected_count + covered.external_count + covered.unknown_count
            < covered.cell_count as is_partly_enforced,
        asking.may_be_asked,
        asking.asking_unknown_rank,
        asking.needs_roles,
        asking.needs_group_members
    from users
    inner join covered
        on users.tenant_id = covered.tenant_id
        and users.scope_id = covered.scope_id
    inner join asking
        on users.tenant_id = asking.tenant_id
        and users.scope_id = asking.scope_id

)

select * from final
