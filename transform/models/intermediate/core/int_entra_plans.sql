with

tenants as (

    select tenant_id
    from {{ ref('stg_config__tenants') }}

),

subscribed_skus as (

    select
        tenant_id, sku_part_number, capability_status, service_plans, valid_from_date,
        valid_to_date
    from {{ ref('hist_microsoft__subscribed_skus') }}

),

legs as (

    select tenant_id, last_good_at
    from {{ ref('int_legs_current') }}
    where vendor = 'microsoft' and table_name = 'subscribed_skus'

),

plans as (

    select
        subscribed_skus.tenant_id,
        subscribed_skus.sku_part_number,
        {{ valid_at('subscribed_skus') }}
        and lower(subscribed_skus.capability_status) in ('enabled', 'warning')
        and lower({{ json_text('plan.value', 'provisioningStatus') }}) = 'success' as is_usable,
        lower({{ json_text('plan.value', 'servicePlanId') }}) as service_plan_id
    from subscribed_skus
    {{ json_array_items('subscribed_skus.service_plans', 'plan') }}
    where subscribed_skus.valid_from_date <= {{ as_of_date() }}

),

proofs as (

    select
        tenant_id,
        min(case
            when is_usable and service_plan_id = '41781fb2-bc02-4b7c-bd55-b576c07bb09d'
                then sku_part_number
        end) as p1_sku,
        min(case
            when is_usable and service_plan_id = 'eec0eb4f-6444-4f95-aba0-50c24d67f998'
                then sku_part_number
        end) as p2_sku,
        -- Of whatever state: policies that a licence once allowed outlive it.
        {{ any_row("service_plan_id in ("
            ~ "'41781fb2-bc02-4b7c-bd55-b576c07bb09d', 'eec0eb4f-6444-4f95-aba0-50c24d67f998')") }}
            as has_had_p1
    from plans
    group by tenant_id

),

final as (

    select
        tenants.tenant_id,
        -- Absence proves something only where the list of licences was read. P2 contains P1.
        case
            when coalesce(proofs.p1_sku, proofs.p2_sku) is not null then true
            when legs.last_good_at is not null then false
        end as has_entra_p1,
        case
            when proofs.p2_sku is not null then true
            when legs.last_good_at is not null then false
        end as has_entra_p2,
        case when coalesce(proofs.has_had_p1, false) then true
            when legs.last_good_at is not null then false
        end as has_had_entra_p1,
        case
            when proofs.p2_sku is not null then proofs.p2_sku || ': AAD_PREMIUM_P2'
            when proofs.p1_sku is not null then proofs.p1_sku || ': AAD_PREMIUM'
        end as entra_license_evidence
    from tenants
    left join proofs
        on tenants.tenant_id = proofs.tenant_id
    left join legs
        on tenants.tenant_id = legs.tenant_id

)

select * from final
