with

member_zones as (

    select connection_id, member_id, time_zone_id, time_zone_name
    from {{ ref('int_member_time_zones') }}
    where iana_zone is null

),

-- A zone matters where somebody worked in it.
worked as (

    select distinct connection_id, agent_id
    from {{ ref('int_time_entries_dated') }}

),

rejected_zones as (

    select code, lower(term_value) as zone_key
    from {{ ref('stg_config__vendor_terms') }}
    where namespace = 'time_zone' and decision = 'rejected'

),

engine_zones as (

    {{ known_time_zones() }}

),

listed_zones as (

    select time_zone_id, iana_zone, label_prefix
    from {{ ref('connectwise_time_zones') }}

),

unknown_zones as (

    select
        lower(member_zones.time_zone_name) as zone_key,
        min(member_zones.time_zone_name) as time_zone_name,
        min(member_zones.time_zone_id) as time_zone_id
    from member_zones
    inner join worked
        on member_zones.connection_id = worked.connection_id
        and member_zones.member_id = worked.agent_id
    group by lower(member_zones.time_zone_name)

),

-- An id proposes a zone where the label begins with that zone's standard time.
by_id as (

    select unknown_zones.zone_key, listed_zones.iana_zone, 'id' as evidence, 0 as place
    from unknown_zones
    inner join listed_zones
        on unknown_zones.time_zone_id = listed_zones.time_zone_id
        and {{ dbt.position('listed_zones.label_prefix', 'unknown_zones.zone_key') }} = 1

),

cities as (

    select
        zone_name as iana_zone,
        lower(replace({{ text_match('zone_name', '[^/]+$') }}, '_', ' ')) as city
    from engine_zones
    where zone_name like '%/%' and zone_name not like 'Etc/%' and zone_name not like 'SystemV/%'

),

by_words as (

    select
        unknown_zones.zone_key,
        cities.iana_zone,
        'label' as evidence,
        {{ dbt.position('cities.city', 'unknown_zones.zone_key') }} as place
    from unknown_zones
    inner join cities
        on {{ dbt.position('cities.city', 'unknown_zones.zone_key') }} > 0
        and {{ dbt.length('cities.city') }} >= 4

),

proposed as (

    select zone_key, iana_zone, evidence, place from by_id
    union all
    select zone_key, iana_zone, evidence, place from by_words

),

-- A zone that both propose is one candidate, by the better evidence.
ranked as (

    select
        proposed.zone_key,
        proposed.iana_zone,
        min(proposed.evidence) as evidence,
        row_number() over (
            partition by proposed.zone_key
            order by min(proposed.place), proposed.iana_zone
        ) as candidate_rank
    from proposed
    left join rejected_zones
        on proposed.zone_key = rejected_zones.code
        and lower(proposed.iana_zone) = rejected_zones.zone_key
    where rejected_zones.code is null
    group by proposed.zone_key, proposed.iana_zone

),

candidates as (

    select
        zone_key,
        min(case when candidate_rank = 1 then iana_zone end) as best_zone,
        '[' || {{ dbt.listagg(
            json_object_text({
                'id': 'iana_zone',
                'name': 'iana_zone',
                'evidence': 'evidence',
                'confidence': "case when evidence = 'id' then 'high' else 'low' end",
            }),
            "','", 'order by candidate_rank'
        ) }} || ']' as candidates
    from ranked
    where candidate_rank <= 5
    group by zone_key

),

final as (

    select
        unknown_zones.time_zone_name as external_id,
        unknown_zones.time_zone_name as external_name,
        candidates.best_zone as best_candidate,
        coalesce(candidates.candidates, '[]') as candidates
    from unknown_zones
    left join candidates
        on unknown_zones.zone_key = candidates.zone_key

)

select * from final
