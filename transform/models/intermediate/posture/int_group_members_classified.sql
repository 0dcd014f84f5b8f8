with

known_members as (

    select
        tenant_id,
        group_id,
        member_id,
        max(case when {{ valid_at('known') }} then member_odata_type end) as member_odata_type,
        min(valid_from_date) as first_seen_date
    from {{ ref('hist_microsoft__group_members') }} as known
    where valid_from_date <= {{ as_of_date() }}
    group by tenant_id, group_id, member_id
    having {{ any_row(valid_at('known')) }}

),

users as (

    select
        tenant_id,
        user_id
    from {{ ref('hist_microsoft__users') }} as known
    where {{ valid_at('known') }}

),

legs as (

    select
        tenant_id,
        group_members_state
    from {{ ref('int_tenant_legs_pivoted') }}

),

first_reads as (

    select
        tenant_id,
        min(last_good_as_of_date) as first_read_date
    from {{ ref('hist_ops__legs') }}
    where
        vendor = 'microsoft'
        and table_name = 'group_members'
        and as_of_date <= {{ as_of_date() }}
    group by tenant_id

),

typed as (

    select
        known_members.tenant_id,
        known_members.group_id,
        known_members.member_id,
        case
            when lower(known_members.member_odata_type) like '%.user' then 'user'
            when lower(known_members.member_odata_type) like '%.serviceprincipal'
                then 'service_principal'
            when known_members.member_odata_type is null and users.user_id is not null then 'user'
        end as principal_type,
        known_members.first_seen_date
    from known_members
    left join users
        on known_members.tenant_id = users.tenant_id
        and known_members.member_id = users.user_id

),

final as (

    select
        typed.tenant_id,
        typed.group_id,
        typed.member_id,
        typed.principal_type,
        {{ first_reason(['legs.group_members_state']) }} as unknown_reason,
        -- What the first read showed may be older than any observation.
        coalesce(typed.first_seen_date <= first_reads.first_read_date, true) as is_baseline,
        typed.first_seen_date
    from typed
    inner join legs
        on typed.tenant_id = legs.tenant_id
    left join first_reads
        on typed.tenant_id = first_reads.tenant_id
    -- Members of nested groups are listed themselves; devices and contacts sign in nowhere.
    where typed.principal_type is not null

)

select * from final
