with

int_license_holders as (

    select tenant_id, user_id, product_id, is_sign_in_blocked
    from {{ ref('int_license_holders') }}

),

int_sign_ins_joined_to_user as (

    select
        tenant_id, user_id, sign_in_state, created_date, last_successful_sign_in_date,
        idle_since_date
    from {{ ref('int_sign_ins_joined_to_user') }}

),

activity as (

    select
        tenant_id,
        user_id,
        sign_in_state = 'fresh' as is_read,
        {{ sign_in_use(add_days(as_of_date(), -(var('inactive_days') | int))) }} as sign_in_use
    from int_sign_ins_joined_to_user

),

-- A blocked account is counted as such; of an enabled one without known activity nothing is known.
final as (

    select
        int_license_holders.tenant_id,
        int_license_holders.user_id,
        int_license_holders.product_id,
        case
            when int_license_holders.is_sign_in_blocked then false
            when activity.is_read then activity.sign_in_use = 'idle'
        end as is_inactive
    from int_license_holders
    left join activity
        on int_license_holders.tenant_id = activity.tenant_id
        and int_license_holders.user_id = activity.user_id

)

select * from final
