with

int_license_leaks_united as (

    select
        finding_id,
        kind,
        side,
        customer_id,
        product_id,
        subscription_id,
        subject_id,
        scope_id,
        recommended_action,
        seats,
        unit_amount,
        monthly_amount,
        annual_amount,
        paid_monthly_amount,
        amount_reason
    from {{ ref('int_license_leaks_united') }}

),

int_license_recoveries as (

    select
        finding_id,
        recoverable,
        recoverable_now_seats,
        recoverable_now_amount,
        recoverable_later_amount,
        sunk_amount,
        recoverable_on_date
    from {{ ref('int_license_recoveries') }}

),

final as (

    select
        int_license_leaks_united.finding_id,
        int_license_leaks_united.kind,
        int_license_leaks_united.side,
        int_license_leaks_united.customer_id,
        int_license_leaks_united.product_id,
        int_license_leaks_united.subscription_id,
        int_license_leaks_united.subject_id,
        int_license_leaks_united.scope_id,
        int_license_leaks_united.amount_reason,
        int_license_recoveries.recoverable,
        int_license_leaks_united.recommended_action,
        int_license_leaks_united.seats,
        int_license_recoveries.recoverable_now_seats,
        int_license_leaks_united.unit_amount,
        int_license_leaks_united.monthly_amount,
        int_license_leaks_united.annual_amount,
        int_license_leaks_united.paid_monthly_amount,
        int_license_recoveries.recoverable_now_amount,
        int_license_recoveries.recoverable_later_amount,
        int_license_recoveries.sunk_amount,
        int_license_recoveries.recoverable_on_date
    from int_license_leaks_united
    inner join int_license_recoveries
        on int_license_leaks_united.finding_id = int_license_recoveries.finding_id

)

select * from final
