{{ config(materialized='table') }}

with

users as (

    select
        tenant_id,
        user_id,
        user_principal_name,
        population,
        is_break_glass
    from {{ ref('int_users_classified') }}

),

accounts as (

    select
        tenant_id,
        user_id,
        external_user_state,
        {{ date_in_zone('created_at', "'UTC'") }} as created_date,
        {{ date_in_zone('external_user_state_changed_at', "'UTC'") }} as state_changed_date
    from {{ ref('hist_microsoft__users') }} as known
    where {{ valid_at('known') }}

),

first_seen as (

    select
        tenant_id,
        user_id,
        min(valid_from_date) as first_seen_date
    from {{ ref('hist_microsoft__users') }}
    where valid_from_date <= {{ as_of_date() }}
    group by tenant_id, user_id

),

sign_ins as (

    select
        tenant_id,
        user_id,
        {{ newest_date([
            'last_sign_in_at', 'last_non_interactive_sign_in_at', 'last_successful_sign_in_at',
        ]) }} as last_sign_in_date
    from {{ ref('stg_microsoft__sign_in_activity') }}
    where not is_removed

),

legs as (

    select
        tenant_id,
        users_state,
        sign_in_state
    from {{ ref('int_tenant_legs_pivoted') }}

),

final as (

    select
        users.tenant_id,
        users.user_id,
        users.user_principal_name,
        users.population,
        legs.users_state,
        legs.sign_in_state,
        users.is_break_glass,
        coalesce(accounts.external_user_state = 'PendingAcceptance', false)
            as is_invitation_pending,
        coalesce(accounts.state_changed_date, accounts.created_date) as invited_date,
        accounts.created_date,
        first_seen.first_seen_date,
        sign_ins.last_sign_in_date,
        -- Nothing was missed by an account that is younger than that; very old ones have no
        -- creation date, of which only our own first sight is known.
        greatest(
            sign_ins.last_sign_in_date,
            accounts.created_date,
            case
                when sign_ins.last_sign_in_date is null and accounts.created_date is null
                    then first_seen.first_seen_date
            end
        ) as idle_since_date
    from users
    inner join accounts
        on users.tenant_id = accounts.tenant_id
        and users.user_id = accounts.user_id
    inner join first_seen
        on users.tenant_id = first_seen.tenant_id
        and users.user_id = first_seen.user_id
    inner join legs
        on users.tenant_id = legs.tenant_id
    left join sign_ins
        on users.tenant_id = sign_ins.tenant_id
        and users.user_id = sign_ins.user_id

)

select * from final
