{{ config(materialized='table') }}

with

members as (

    select
        connection_id,
        member_id,
        time_zone_id,
        coalesce(nullif(trim(time_zone_name), ''), '(empty)') as time_zone_name
    from {{ ref('stg_connectwise__members') }}

),

named_zones as (

    select lower(zone_name) as zone_key, iana_zone
    from {{ ref('time_zones') }}

),

engine_zones as (

    {{ known_time_zones() }}

),

decided_zones as (

    select code, term_value, decision
    from {{ ref('stg_config__vendor_terms') }}
    where namespace = 'time_zone'

),

-- What a reviewer accepted wins; else a name that a list explains, unless a reviewer rejected that.
named as (

    select
        members.connection_id,
        members.member_id,
        members.time_zone_id,
        members.time_zone_name,
        coalesce(
            accepted.term_value, named_zones.iana_zone, members.time_zone_name
        ) as zone_name,
        accepted.term_value is not null as is_decided
    from members
    left join decided_zones as accepted
        on lower(members.time_zone_name) = accepted.code
        and accepted.decision = 'accepted'
    left join named_zones
        on lower(members.time_zone_name) = named_zones.zone_key

),

-- A name that the engine does not know is no zone: nothing is guessed from its words.
final as (

    select
        named.connection_id,
        named.member_id,
        named.time_zone_id,
        named.time_zone_name,
        case
            when named.is_decided or rejected.code is null then engine_zones.zone_name
        end as iana_zone
    from named
    left join engine_zones
        on lower(named.zone_name) = lower(engine_zones.zone_name)
    left join decided_zones as rejected
        on lower(named.time_zone_name) = rejected.code
        and lower(named.zone_name) = lower(rejected.term_value)
        and rejected.decision = 'rejected'

)

select * from final
