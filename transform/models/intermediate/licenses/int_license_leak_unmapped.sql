with

int_license_unmapped_sources as (

    select
        namespace,
        external_id,
        customer_id,
        product_id,
        source_scope,
        recommended_action,
        seats
    from {{ ref('int_license_unmapped_sources') }}

),

final as (

    select
        'unmapped' as kind,
        'risk' as side,
        customer_id,
        product_id,
        cast(null as varchar) as subscription_id,
        namespace || ':' || external_id as subject_id,
        'unmapped|' || source_scope as scope_id,
        recommended_action,
        case when seats = floor(seats) then cast(seats as integer) end as seats,
        cast(null as decimal(18, 4)) as monthly_amount,
        cast(null as decimal(18, 4)) as annual_amount,
        cast(null as decimal(19, 6)) as unit_amount,
        cast(null as decimal(18, 4)) as paid_monthly_amount,
        'not_money' as amount_reason
    from int_license_unmapped_sources

)

select * from final
