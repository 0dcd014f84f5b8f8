with

int_license_finding_values as (

    select
        finding_id,
        kind,
        side,
        customer_id,
        product_id,
        subscription_id,
        subject_id,
        amount_reason,
        recoverable,
        recommended_action,
        seats,
        recoverable_now_seats,
        unit_amount,
        monthly_amount,
        annual_amount,
        paid_monthly_amount,
        recoverable_now_amount,
        recoverable_later_amount,
        sunk_amount,
        recoverable_on_date
    from {{ ref('int_license_finding_values') }}

),

int_license_finding_episodes as (

    select
        finding_id,
        episode,
        first_seen_date,
        opened_date,
        last_seen_date,
        resolved_date
    from {{ ref('int_license_finding_episodes') }}
    where is_latest

),

int_license_mutes_matched as (

    select finding_id, mute_reason, mute_expires_date
    from {{ ref('int_license_mutes_matched') }}

),

dim_customers as (

    select customer_id, customer_name
    from {{ ref('dim_customers') }}

),

dim_products as (

    select product_id, product_name
    from {{ ref('dim_products') }}

),

final as (

    select
        int_license_finding_values.finding_id,
        int_license_finding_values.kind,
        int_license_finding_values.side,
        int_license_finding_values.customer_id,
        coalesce(dim_customers.customer_name, int_license_finding_values.customer_id)
            as customer_name,
        int_license_finding_values.product_id,
        dim_products.product_name,
        int_license_finding_values.subscription_id,
        int_license_finding_values.seats,
        int_license_finding_values.monthly_amount,
        int_license_finding_values.annual_amount,
        int_license_finding_values.amount_reason,
        int_license_finding_values.recoverable,
        int_license_finding_values.recoverable_on_date,
        case
            when int_license_finding_episodes.resolved_date is not null then 'resolved'
            when int_license_mutes_matched.finding_id is not null then 'muted'
            when int_license_finding_episodes.opened_date is not null then 'open'
            else 'observing'
        end as status,
        int_license_finding_episodes.first_seen_date,
        int_license_finding_episodes.opened_date,
        int_license_finding_episodes.last_seen_date,
        int_license_finding_episodes.resolved_date,
        int_license_finding_episodes.episode,
        case
            when int_license_finding_episodes.resolved_date is null
                then int_license_mutes_matched.mute_reason
        end as mute_reason,
        case
            when int_license_finding_episodes.resolved_date is null
                then int_license_mutes_matched.mute_expires_date
        end as mute_expires_date,
        int_license_finding_values.recommended_action,
        int_license_finding_values.recoverable_now_seats,
        int_license_finding_values.recoverable_now_amount,
        int_license_finding_values.recoverable_later_amount,
        int_license_finding_values.sunk_amount,
        int_license_finding_values.unit_amount,
        int_license_finding_values.paid_monthly_amount,
        case
            when int_license_finding_values.kind = 'unmapped'
                then int_license_finding_values.subject_id
        end as external_ref
    from int_license_finding_values
    inner join int_license_finding_episodes
        on int_license_finding_values.finding_id = int_license_finding_episodes.finding_id
    left join int_license_mutes_matched
        on int_license_finding_values.finding_id = int_license_mutes_matched.finding_id
    left join dim_customers
        on int_license_finding_values.customer_id = dim_customers.customer_id
    left join dim_products
        on int_license_finding_values.product_id = dim_products.product_id

)

select * from final
