{{ config(materialized='table') }}

{#-
    The interactive and the non-interactive time move with every attempt, failed ones too; only
    the successful one says that somebody was in. It is kept since December 2023, without what was
    before: https://learn.microsoft.com/en-us/graph/api/resources/signinactivity
-#}
{%- set success_kept_since = "cast('2023-12-01' as date)" -%}

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
        {{ date_in_zone('last_successful_sign_in_at', "'UTC'") }} as last_successful_sign_in_date,
        {{ newest_date([
            'last_sign_in_at', 'last_non_interactive_sign_in_at', 'last_successful_sign_in_at',
        ]) }} as last_attempt_date
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

joined as (

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
        sign_ins.last_successful_sign_in_date,
        sign_ins.last_attempt_date,
        -- Since then, no success on record means that there was none.
        sign_ins.last_successful_sign_in_date is not null
            or coalesce(accounts.created_date >= {{ success_kept_since }}, false)
            as is_success_known
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

),

final as (

    select
        tenant_id,
        user_id,
        user_principal_name,
        population,
        users_state,
        sign_in_state,
        is_break_glass,
        is_invitation_pending,
        invited_date,
        created_date,
        first_seen_date,
        last_successful_sign_in_date,
        last_attempt_date,
        is_success_known and users_state = 'fresh' and sign_in_state = 'fresh' as is_sign_in_known,
        case
            when is_success_known
                then greatest(
                    coalesce(last_successful_sign_in_date, created_date),
                    coalesce(created_date, last_successful_sign_in_date)
                )
            -- An attempt may have been a success that nobody kept; later there was none.
            when last_attempt_date is not null
                then greatest(last_attempt_date, coalesce(created_date, last_attempt_date))
            -- Very old accounts have no creation date: only our own first sight is known.
            else coalesce(created_date, first_seen_date)
        end as idle_since_date
    from joined

)

select * from final
