{{ config(materialized='table') }}

with

agreements as (

    select
        connection_id,
        agreement_id,
        billing_cycle_id,
        coalesce(nullif(trim(billing_cycle_name), ''), '(empty)') as billing_cycle_name,
        is_one_time,
        valid_from_date,
        valid_to_date
    from {{ ref('hist_connectwise__agreements') }}

),

setup_cycles as (

    select connection_id, billing_cycle_id, billing_cycle_name, billing_options
    from {{ ref('stg_connectwise__billing_cycles') }}

),

-- Agreements stored before the id was read find their cycle by its whole name in the same list.
setup_names as (

    select
        connection_id,
        lower(trim(billing_cycle_name)) as name_key,
        min(billing_options) as billing_options
    from setup_cycles
    group by connection_id, lower(trim(billing_cycle_name))
    having count(distinct billing_options) = 1

),

decided_cycles as (

    select code, term_value, decision
    from {{ ref('stg_config__vendor_terms') }}
    where namespace = 'billing_cycle'

),

-- The vendor's own field says how often a cycle bills; its name is free text and says nothing.
named as (

    select
        agreements.connection_id,
        agreements.agreement_id,
        agreements.billing_cycle_name,
        agreements.is_one_time,
        accepted.term_value as decided_value,
        {{ billing_cycle_value(
            "case when agreements.billing_cycle_id is null then setup_names.billing_options"
            ~ " else setup_cycles.billing_options end"
        ) }} as setup_value
    from agreements
    left join setup_cycles
        on agreements.connection_id = setup_cycles.connection_id
        and agreements.billing_cycle_id = setup_cycles.billing_cycle_id
    left join setup_names
        on agreements.connection_id = setup_names.connection_id
        and lower(agreements.billing_cycle_name) = setup_names.name_key
    left join decided_cycles as accepted
        on lower(agreements.billing_cycle_name) = accepted.code
        and accepted.decision = 'accepted'
    where {{ valid_at('agreements') }}

),

known as (

    select
        named.connection_id,
        named.agreement_id,
        named.billing_cycle_name,
        named.is_one_time,
        case
            when named.is_one_time then 'once'
            when named.decided_value is not null then named.decided_value
            when rejected.code is null then named.setup_value
        end as cycle_value
    from named
    left join decided_cycles as rejected
        on lower(named.billing_cycle_name) = rejected.code
        and named.setup_value = rejected.term_value
        and rejected.decision = 'rejected'

),

final as (

    select
        connection_id,
        agreement_id,
        billing_cycle_name,
        cycle_value is not null as is_cycle_known,
        case
            when cycle_value not in ('none', 'once') then cast(cycle_value as integer)
        end as billing_interval_months
    from known

)

select * from final
