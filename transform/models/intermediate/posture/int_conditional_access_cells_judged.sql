{{ config(materialized='table') }}

{#-
    What all policies at work together do to each sign-in of each scope. Every policy that applies
    must be satisfied, and a block ends it: the strongest demand counts.
    `protected`: blocked, or MFA is asked; `external`: another vendor's factor is; `weaker`:
    something that is not MFA can do; `conditional`: only a policy that is narrowed to
    circumstances applies;
    `unknown`: whether one applies is not known; `open`: none does.
    Source:
    https://learn.microsoft.com/entra/identity/conditional-access/
    concept-conditional-access-policies
-#}

with

cells as (

    select
        tenant_id,
        app_class,
        client,
        platform_class,
        location_class,
        policy_id,
        is_legacy
    from {{ ref('int_conditional_access_cells_covered') }}

),

reached as (

    select
        tenant_id,
        scope_id,
        policy_id,
        reach,
        unknown_reason
    from {{ ref('int_conditional_access_scopes_reached') }}

),

policies as (

    select
        tenant_id,
        policy_id,
        demand,
        narrowed_by,
        stops_other_clients,
        stops_activesync
    from {{ ref('int_conditional_access_policies_classified') }}
    where is_at_work

),

scopes as (

    select distinct
        tenant_id,
        scope_id
    from reached

),

-- Per sign-in and policy: what the policy does there, whoever it is that signs in.
effects as (

    select
        cells.tenant_id,
        cells.app_class,
        cells.client,
        cells.platform_class,
        cells.location_class,
        cells.is_legacy,
        cells.policy_id,
        policies.narrowed_by is not null as is_narrowed,
        case
            when policies.demand = 'block' then 'blocked'
            when cells.client = 'other' and policies.stops_other_clients then 'blocked'
            when cells.client = 'exchangeactivesync' and policies.stops_activesync then 'blocked'
            when policies.demand = 'mfa' then 'asked'
            when policies.demand = 'other' then 'weaker'
            else policies.demand
        end as effect
    from cells
    left join policies
        on cells.tenant_id = policies.tenant_id
        and cells.policy_id = policies.policy_id

),

met as (

    select
        effects.tenant_id,
        scopes.scope_id,
        effects.app_class,
        effects.client,
        effects.platform_class,
        effects.location_class,
        effects.is_legacy,
        effects.effect,
        effects.is_narrowed,
        reached.reach,
        reached.unknown_reason
    from effects
    inner join scopes
        on effects.tenant_id = scopes.tenant_id
    left join reached
        on effects.tenant_id = reached.tenant_id
        and effects.policy_id = reached.policy_id
        and scopes.scope_id = reached.scope_id

),

judged as (

    select
        tenant_id,
        scope_id,
        app_class,
        client,
        platform_class,
        location_class,
        {{ any_row('is_legacy') }} as is_legacy,
        {%- for effect in ['blocked', 'asked', 'external', 'weaker'] %}
        {{ any_row("reach = 'enforced' and not is_narrowed and effect = '" ~ effect ~ "'") }}
            as is_{{ effect }},
        {%- endfor %}
        {{ any_row("reach = 'enforced' and is_narrowed and effect <> 'terms'") }} as is_conditional,
        {{ any_row("reach = 'enforced' and is_narrowed and effect not in ('blocked', 'terms')") }}
            as is_conditionally_asked,
        min(case when reach = 'unknown' and not is_narrowed and effect <> 'terms'
            then {{ reason_rank('unknown_reason') }}
        end) as unknown_rank
    from met
    group by tenant_id, scope_id, app_class, client, platform_class, location_class

),

final as (

    select
        tenant_id,
        scope_id,
        app_class,
        client,
        platform_class,
        location_class,
        case
            when is_blocked or is_asked then 'protected'
            when unknown_rank is not null then 'unknown'
            when is_external then 'external'
            when is_weaker then 'weaker'
            when is_conditional then 'conditional'
            else 'open'
        end as cell_state,
        -- Where a block comes first, nothing is asked.
        not is_blocked and (is_asked or is_external or is_weaker or is_conditionally_asked)
            as is_asked,
        is_legacy,
        case when not (is_blocked or is_asked) then unknown_rank end as unknown_rank
    from judged

)

select * from final
