with

reach as (

    select
        tenant_id,
        policy_id,
        user_id,
        mfa_grant,
        reach,
        unknown_reason,
        is_surely_included,
        covers_every_sign_in,
        needs_roles,
        needs_group_members
    from {{ ref('int_conditional_access_reach_joined') }}

),

final as (

    select
        tenant_id,
        user_id,
        {{ json_array_agg_where('policy_id', "reach = 'enforced' and covers_every_sign_in") }}
            as enforcing_policy_ids,
        {{ json_array_agg_where('policy_id', "reach = 'excluded'") }} as excluded_by_policy_ids,
        min(case
            when covers_every_sign_in and reach = 'unknown'
                then {{ reason_rank('unknown_reason') }}
        end) as unknown_rank,
        {{ any_row("reach = 'enforced' and covers_every_sign_in and mfa_grant = 'mfa'") }}
            as is_enforced,
        {{ any_row("reach = 'enforced' and covers_every_sign_in and mfa_grant = 'external'") }}
            as is_external,
        {{ any_row("reach in ('enforced', 'unknown') and is_surely_included") }} as may_be_asked,
        min(case
            when reach = 'unknown' and not is_surely_included
                then {{ reason_rank('unknown_reason') }}
        end) as asking_unknown_rank,
        {{ any_row('needs_roles') }} as needs_roles,
        {{ any_row('needs_group_members') }} as needs_group_members
    from reach
    group by tenant_id, user_id

)

select * from final
