{{ config(materialized='table') }}

{#-
    The gaps of each tenant that asks for MFA: what is left out, by which policies, and how many
    members sign in through it. Break-glass accounts are left out on purpose.
-#}

with

explained as (

    select
        tenant_id,
        scope_id,
        explanation,
        item_class,
        policy_id
    from {{ ref('int_mfa_gaps_explained') }}

),

assigned as (

    select
        scopes.tenant_id,
        scopes.user_id,
        scopes.scope_id,
        scopes.external_type,
        users.population
    from {{ ref('int_conditional_access_scopes_assigned') }} as scopes
    inner join {{ ref('int_users_classified') }} as users
        on scopes.tenant_id = users.tenant_id
        and scopes.user_id = users.user_id
    where users.population in ('member', 'guest')

),

tenants as (

    select distinct tenant_policies.tenant_id
    from {{ ref('int_tenant_mfa_policies_aggregated') }} as tenant_policies
    inner join {{ ref('int_mfa_enforcement_aggregated_to_user') }} as enforcement
        on tenant_policies.tenant_id = enforcement.tenant_id
        and enforcement.may_be_asked
    where
        tenant_policies.are_policies_at_work
        and tenant_policies.has_mfa_policy
        and not tenant_policies.are_security_defaults_on
        and tenant_policies.security_defaults_unknown_reason is null

),

policies as (

    select
        tenant_id,
        policy_id,
        demand,
        narrowed_by,
        weaker_controls,
        excludes_some_external_tenants
    from {{ ref('int_conditional_access_policies_classified') }}
    where is_at_work

),

items as (

    select
        tenant_id,
        dimension,
        item,
        item_class
    from {{ ref('int_conditional_access_items_classed') }}

),

item_policies as (

    select
        tenant_id,
        dimension,
        item,
        policy_id
    from {{ ref('int_conditional_access_items_covered') }}

),

reached as (

    select
        tenant_id,
        scope_id,
        policy_id
    from {{ ref('int_conditional_access_scopes_reached') }}
    where reach = 'enforced'

),

excluded as (

    select
        tenant_id,
        policy_id,
        user_id,
        item_kind,
        item
    from {{ ref('int_conditional_access_users_listed') }}
    where is_exclusion

),

members as (

    select
        tenant_id,
        user_id,
        scope_id
    from assigned
    where population = 'member'

),

by_control as (

    select
        explained.tenant_id,
        'weaker_control' as gap_kind,
        coalesce({{ json_scalar_text('control.value') }}, 'other_control') as gap_subject,
        explained.policy_id,
        members.user_id
    from explained
    inner join policies
        on explained.tenant_id = policies.tenant_id
        and explained.policy_id = policies.policy_id
    inner join members
        on explained.tenant_id = members.tenant_id
        and explained.scope_id = members.scope_id
    {{ json_array_items(
        "case when policies.weaker_controls = '[]' then '[\"other_control\"]'"
        ~ " else policies.weaker_controls end", 'control'
    ) }}
    where explained.explanation = 'weaker_control'

),

by_exclusion as (

    select
        explained.tenant_id,
        excluded.item_kind as gap_kind,
        excluded.item as gap_subject,
        explained.policy_id,
        members.user_id
    from explained
    inner join members
        on explained.tenant_id = members.tenant_id
        and explained.scope_id = members.scope_id
    inner join excluded
        on explained.tenant_id = excluded.tenant_id
        and explained.policy_id = excluded.policy_id
        and members.user_id = excluded.user_id
    where explained.explanation = 'excluded'

),

by_origin as (

    select
        explained.tenant_id,
        'external' as gap_kind,
        replace(explained.scope_id, 'outsiders:', '')
        || case when policies.excludes_some_external_tenants then ' of named tenants' else '' end
            as gap_subject,
        explained.policy_id,
        case when not policies.excludes_some_external_tenants then assigned.user_id end as user_id
    from explained
    inner join policies
        on explained.tenant_id = policies.tenant_id
        and explained.policy_id = policies.policy_id
    left join assigned
        on explained.tenant_id = assigned.tenant_id
        and explained.scope_id = 'outsiders:' || assigned.external_type
    where explained.explanation = 'excluded' and explained.scope_id like 'outsiders:%'

),

by_value as (

    select
        explained.tenant_id,
        explained.explanation as gap_kind,
        items.item as gap_subject,
        coalesce(explained.policy_id, reached.policy_id) as policy_id,
        members.user_id
    from explained
    inner join members
        on explained.tenant_id = members.tenant_id
        and explained.scope_id = members.scope_id
    inner join items
        on explained.tenant_id = items.tenant_id
        and explained.explanation = items.dimension
        and explained.item_class = items.item_class
        -- What nobody names stands for the rest of its class.
        and (explained.item_class <> '*' or items.item = '*')
    left join reached
        on explained.tenant_id = reached.tenant_id
        and explained.scope_id = reached.scope_id
        and (explained.policy_id is null or explained.policy_id = reached.policy_id)
    left join item_policies
        on items.tenant_id = item_policies.tenant_id
        and items.dimension = item_policies.dimension
        and items.item = item_policies.item
        and reached.policy_id = item_policies.policy_id
    where
        explained.explanation in ('app', 'client', 'platform', 'location')
        and item_policies.policy_id is null

),

by_circumstance as (

    select
        explained.tenant_id,
        case explained.explanation
            when 'application_filter' then 'app'
            when 'narrowed' then 'other_condition'
            else 'user'
        end as gap_kind,
        case explained.explanation
            when 'not_included' then 'not_included'
            else policies.narrowed_by
        end as gap_subject,
        explained.policy_id,
        members.user_id
    from explained
    inner join policies
        on explained.tenant_id = policies.tenant_id
        and explained.policy_id = policies.policy_id
    inner join members
        on explained.tenant_id = members.tenant_id
        and explained.scope_id = members.scope_id
    where explained.explanation in ('application_filter', 'narrowed', 'not_included')

),

united as (

    select * from by_control
    union all
    select * from by_exclusion
    union all
    select * from by_origin
    union all
    select * from by_value
    union all
    select * from by_circumstance

),

final as (

    select
        united.tenant_id,
        united.gap_kind,
        united.gap_subject,
        {{ json_array_agg('united.policy_id') }} as policy_ids,
        case when max(united.gap_subject) not like '% of named tenants'
            then cast(count(distinct united.user_id) as integer)
        end as affected_user_count
    from united
    inner join tenants
        on united.tenant_id = tenants.tenant_id
    group by united.tenant_id, united.gap_kind, united.gap_subject

)

select * from final
