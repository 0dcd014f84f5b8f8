with

hist_license__findings as (

    select
        finding_id,
        kind,
        side,
        customer_id,
        product_id,
        subscription_id,
        subject_id,
        observation_state,
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
        recoverable_on_date,
        valid_from_date,
        valid_to_date is null or valid_to_date > {{ as_of_date() }} as is_current
    from {{ ref('hist_license__findings') }}
    where
        valid_from_date <= {{ as_of_date() }}
        and (valid_to_date is null or valid_to_date > valid_from_date)

),

-- Today's values; of a resolved finding those that were seen last.
ranked as (

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
        recoverable_on_date,
        row_number() over (
            partition by finding_id
            order by is_current desc, observation_state = 'seen' desc, valid_from_date desc
        ) as value_rank
    from hist_license__findings

),

final as (

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
    from ranked
    where value_rank = 1

)

select * from final
