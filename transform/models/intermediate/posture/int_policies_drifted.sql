{#- Enabled policies, security defaults among them, that were switched off or made to ask less. -#}

with

known as (

    select
        tenant_id,
        policy_id,
        policy_name,
        policy_state,
        demand,
        inclusions,
        exclusions,
        includes_all_users,
        includes_all_apps,
        blocks_legacy_clients,
        is_unconditional,
        valid_from_date,
        case when valid_to_date <= {{ as_of_date() }} then valid_to_date end as valid_to_date
    from {{ ref('hist_posture__policies') }}
    where valid_from_date <= {{ as_of_date() }}

),

changes as (

    select
        earlier.tenant_id,
        earlier.policy_id,
        earlier.policy_name,
        earlier.valid_to_date as occurred_date,
        later.policy_id is not null and later.policy_state = 'enabled' as is_still_enabled,
        coalesce(later.policy_state, 'deleted') as later_state,
        earlier.demand,
        later.demand as later_demand,
        earlier.inclusions,
        later.inclusions as later_inclusions,
        earlier.exclusions,
        later.exclusions as later_exclusions,
        earlier.is_unconditional,
        later.is_unconditional as is_later_unconditional,
        later.includes_all_users as includes_all_users_later,
        later.includes_all_apps as includes_all_apps_later,
        {{ demand_rank('later.demand') }} < {{ demand_rank('earlier.demand') }}
        or (earlier.includes_all_users and not later.includes_all_users)
        or (earlier.includes_all_apps and not later.includes_all_apps)
        or (earlier.blocks_legacy_clients and not later.blocks_legacy_clients)
        or (earlier.is_unconditional and not later.is_unconditional) as asks_less
    from known as earlier
    left join known as later
        on earlier.tenant_id = later.tenant_id
        and earlier.policy_id = later.policy_id
        and earlier.valid_to_date = later.valid_from_date
    where earlier.policy_state = 'enabled' and earlier.valid_to_date is not null

),

-- One row per item that the later state leaves out and the earlier one did not, or the reverse.
new_gaps as (

    select distinct
        changes.tenant_id,
        changes.policy_id,
        changes.occurred_date
    from changes {{ json_array_items('changes.later_exclusions', 'item') }}
    where
        changes.exclusions not like '%"' || {{ json_scalar_text('item.value') }} || '"%'

    union all

    select distinct
        changes.tenant_id,
        changes.policy_id,
        changes.occurred_date
    from changes {{ json_array_items('changes.inclusions', 'item') }}
    where
        changes.later_inclusions not like '%"' || {{ json_scalar_text('item.value') }} || '"%'
        and not (
            {{ json_scalar_text('item.value') }} like 'users:%' and changes.includes_all_users_later
        )
        and not (
            {{ json_scalar_text('item.value') }} like 'apps:%' and changes.includes_all_apps_later
        )

),

gaps as (

    select distinct
        tenant_id,
        policy_id,
        occurred_date
    from new_gaps

),

final as (

    select
        changes.tenant_id,
        changes.occurred_date,
        case when changes.is_still_enabled then 'policy_weakened' else 'policy_disabled' end
            as kind,
        changes.policy_id as subject_id,
        '' as detail,
        changes.policy_name as subject_name,
        case
            when not changes.is_still_enabled then 'enabled'
            else {{ json_object_text({
                'demand': 'changes.demand',
                'inclusions': json_of_text('changes.inclusions'),
                'exclusions': json_of_text('changes.exclusions'),
                'is_unconditional': 'changes.is_unconditional',
            }) }}
        end as before_value,
        case
            when not changes.is_still_enabled then changes.later_state
            else {{ json_object_text({
                'demand': 'changes.later_demand',
                'inclusions': json_of_text('changes.later_inclusions'),
                'exclusions': json_of_text('changes.later_exclusions'),
                'is_unconditional': 'changes.is_later_unconditional',
            }) }}
        end as after_value
    from changes
    left join gaps
        on changes.tenant_id = gaps.tenant_id
        and changes.policy_id = gaps.policy_id
        and changes.occurred_date = gaps.occurred_date
    where
        not changes.is_still_enabled
        or changes.asks_less
        or gaps.policy_id is not null

)

select * from final
