with

int_license_seats_joined as (

    select customer_id, product_id, tenant_enabled_seats, distributor_seats
    from {{ ref('int_license_seats_joined') }}
    where has_account

),

int_license_owners as (

    select customer_id, product_id, owner_tenant_id, owner_count
    from {{ ref('int_license_owners') }}

),

final as (

    select
        'unknown_source' as kind,
        'risk' as side,
        int_license_seats_joined.customer_id,
        int_license_seats_joined.product_id,
        cast(null as varchar) as subscription_id,
        int_license_seats_joined.product_id as subject_id,
        'unknown_source|' || int_license_seats_joined.customer_id as scope_id,
        case
            when int_license_owners.owner_count = 1
                then 'Find out who sells these seats: the directory names the partner tenant '
                    || int_license_owners.owner_tenant_id || '.'
            when int_license_owners.owner_count > 1
                then 'Find out who sells these seats: the directory names several partner tenants.'
            else 'Find out who sells these seats: another partner, or Microsoft directly.'
        end as recommended_action,
        int_license_seats_joined.tenant_enabled_seats
        - int_license_seats_joined.distributor_seats as seats,
        cast(null as decimal(18, 4)) as monthly_amount,
        cast(null as decimal(18, 4)) as annual_amount,
        cast(null as decimal(19, 6)) as unit_amount,
        cast(null as decimal(18, 4)) as paid_monthly_amount,
        'not_money' as amount_reason
    from int_license_seats_joined
    left join int_license_owners
        on int_license_seats_joined.customer_id = int_license_owners.customer_id
        and int_license_seats_joined.product_id = int_license_owners.product_id
    where
        int_license_seats_joined.tenant_enabled_seats > int_license_seats_joined.distributor_seats

)

select * from final
