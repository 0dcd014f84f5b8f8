with

sources_open as (

    select
        namespace, external_id, external_name, is_product, status, candidates, best_candidate,
        seats
    from {{ ref('int_mapping_sources_open') }}

),

zones_unknown as (

    select external_id, external_name, best_candidate, candidates
    from {{ ref('int_time_zones_unknown') }}

),

contracts as (

    select connection_id, contract_id, billing_cycle_name
    from {{ ref('psa_contracts') }}
    where is_active and not is_cycle_known

),

contract_lines as (

    select connection_id, contract_id, contracted_seats
    from {{ ref('psa_contract_lines') }}
    where is_active

),

-- One name in two spellings is one word to decide.
cycles_unknown as (

    select
        min(contracts.billing_cycle_name) as external_id,
        coalesce(sum(contract_lines.contracted_seats), 0) as seats
    from contracts
    left join contract_lines
        on contracts.connection_id = contract_lines.connection_id
        and contracts.contract_id = contract_lines.contract_id
    group by lower(contracts.billing_cycle_name)

),

questions as (

    select
        namespace, external_id, external_name, is_product, status, candidates, best_candidate,
        seats
    from sources_open

    union all

    select
        'time_zone' as namespace,
        external_id,
        external_name,
        false as is_product,
        case when best_candidate is null then 'unmapped' else 'proposed' end as status,
        candidates,
        best_candidate,
        cast(null as decimal(38, 6)) as seats
    from zones_unknown

    union all

    select
        'billing_cycle' as namespace,
        external_id,
        external_id as external_name,
        false as is_product,
        'unmapped' as status,
        '[]' as candidates,
        cast(null as varchar) as best_candidate,
        seats
    from cycles_unknown

),

-- What the line leaves empty is the reviewer's to fill in.
final as (

    select
        {{ finding_hash("namespace || '|' || external_id") }} as review_id,
        namespace,
        external_id,
        external_name,
        is_product,
        status,
        cast(candidates as json) as candidates,
        case when seats = floor(seats) then cast(seats as integer) end as seats,
        cast(null as decimal(18, 4)) as monthly_amount,
        namespace || ',' || {{ csv_cell('external_id') }} || ','
        || {{ csv_cell("coalesce(best_candidate, '')") }} || ','
        || case when is_product then '1,' else '' end
        || 'accepted,,' || cast({{ as_of_date() }} as varchar) || ',' as suggested_row
    from questions

)

select * from final
