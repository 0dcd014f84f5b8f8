{#-
    What every principal itself was given, from the three reads of roles. What Privileged Identity
    Management says counts while its licence stands; with the licence proven gone, Microsoft
    removes what was eligible and keeps what is active, which role_assignments shows.
-#}
{%- set reads = {
    'assignment': 'role_assignments',
    'standing': 'role_assignment_schedule_instances',
    'activation': 'role_assignment_schedule_instances',
    'eligibility': 'role_eligibility_schedule_instances',
} -%}

with

legs as (

    select
        tenant_id,
        roles_state,
        pim_active_state,
        pim_eligible_state,
        not is_p2_proven_absent or pim_active_state = 'fresh' as has_active_schedules,
        not is_p2_proven_absent or pim_eligible_state = 'fresh' as has_eligible_schedules
    from {{ ref('int_tenant_legs_pivoted') }}

),

first_reads as (

    select
        tenant_id,
        table_name,
        min(last_good_as_of_date) as first_read_date
    from {{ ref('hist_ops__legs') }}
    where vendor = 'microsoft' and as_of_date <= {{ as_of_date() }}
    group by tenant_id, table_name

),

observed as (

    select
        tenant_id,
        principal_id,
        role_definition_id,
        directory_scope,
        'assignment' as given_as,
        principal_odata_type,
        principal_name,
        true as is_own,
        cast(null as date) as end_date,
        valid_from_date,
        valid_to_date
    from {{ ref('hist_microsoft__role_assignments') }}

    union all

    select
        known.tenant_id,
        known.principal_id,
        known.role_definition_id,
        known.directory_scope,
        case when known.assignment_type = 'Activated' then 'activation' else 'standing' end
            as given_as,
        known.principal_odata_type,
        known.principal_name,
        -- A member of a group that holds the role may be listed beside the group.
        known.assignment_type = 'Activated' or coalesce(known.member_type, 'Direct') = 'Direct'
            as is_own,
        {{ date_in_zone('known.ends_at', "'UTC'") }} as end_date,
        known.valid_from_date,
        known.valid_to_date
    from {{ ref('hist_microsoft__role_assignment_schedule_instances') }} as known
    inner join legs
        on known.tenant_id = legs.tenant_id and legs.has_active_schedules

    union all

    select
        known.tenant_id,
        known.principal_id,
        known.role_definition_id,
        known.directory_scope,
        'eligibility' as given_as,
        known.principal_odata_type,
        known.principal_name,
        coalesce(known.member_type, 'Direct') = 'Direct' as is_own,
        {{ date_in_zone('known.ends_at', "'UTC'") }} as end_date,
        known.valid_from_date,
        known.valid_to_date
    from {{ ref('hist_microsoft__role_eligibility_schedule_instances') }} as known
    inner join legs
        on known.tenant_id = legs.tenant_id and legs.has_eligible_schedules

),

held as (

    select
        tenant_id,
        principal_id,
        role_definition_id,
        directory_scope,
        given_as,
        is_own,
        max(principal_odata_type) as principal_odata_type,
        max(principal_name) as principal_name,
        {{ any_row('end_date is null and ' ~ valid_at('observed')) }} as is_endless,
        min(valid_from_date) as first_seen_date
    from observed
    where valid_from_date <= {{ as_of_date() }}
    group by
        tenant_id, principal_id, role_definition_id, directory_scope, given_as, is_own
    having {{ any_row(
        valid_at('observed') ~ ' and (end_date is null or end_date >= ' ~ as_of_date() ~ ')'
    ) }}

),

compared as (

    select
        held.*,
        max(case when given_as = 'activation' then 1 else 0 end) over role = 1 as is_activated,
        max(case when given_as = 'assignment' then 1 else 0 end) over role = 1 as is_assigned,
        max(case when given_as = 'standing' and is_own then 1 else 0 end) over role = 1
            as is_standing,
        max(case when given_as = 'standing' and is_own and is_endless then 1 else 0 end)
            over role = 1 as is_standing_endless
    from held
    window role as (
        partition by tenant_id, principal_id, role_definition_id, directory_scope
    )

),

final as (

    select
        compared.tenant_id,
        compared.principal_id,
        compared.role_definition_id,
        compared.directory_scope,
        case
            when compared.given_as = 'activation' then 'pim_active'
            when compared.given_as = 'eligibility' then 'pim_eligible'
            when compared.is_own then 'direct'
            else 'group'
        end as path,
        compared.principal_odata_type,
        compared.principal_name,
        case
            when compared.given_as = 'eligibility'
                then {{ first_reason(['legs.roles_state', 'legs.pim_eligible_state']) }}
            when compared.is_assigned then {{ first_reason(['legs.roles_state']) }}
            else {{ first_reason(['legs.roles_state', 'legs.pim_active_state']) }}
        end as unknown_reason,
        compared.is_own,
        case
            when compared.given_as in ('activation', 'eligibility') then false
            when compared.is_standing then compared.is_standing_endless
        end as is_permanent,
        -- What the first read of its table showed may be older than any observation.
        coalesce(compared.first_seen_date <= first_reads.first_read_date, true) as is_baseline,
        compared.first_seen_date
    from compared
    inner join legs
        on compared.tenant_id = legs.tenant_id
    left join first_reads
        on compared.tenant_id = first_reads.tenant_id
        and first_reads.table_name = case compared.given_as
            {%- for given_as, table in reads.items() %}
            when '{{ given_as }}' then '{{ table }}'
            {%- endfor %}
        end
    where
        -- The list of assignments holds activated ones too, for as long as they last.
        not (
            compared.given_as = 'assignment'
            and compared.is_activated
            and not compared.is_standing
        )
        and not (compared.given_as = 'standing' and compared.is_own and compared.is_assigned)

)

select * from final
