{{ config(materialized='table') }}

{#- Whom a policy at work includes and excludes by name, through whatever item of its lists. -#}

with

listed as (

    select
        tenant_id,
        policy_id,
        user_id,
        is_exclusion
    from {{ ref('int_conditional_access_users_listed') }}

),

final as (

    select
        tenant_id,
        policy_id,
        user_id,
        {{ any_row('not is_exclusion') }} as is_included,
        {{ any_row('is_exclusion') }} as is_excluded
    from listed
    group by tenant_id, policy_id, user_id

)

select * from final
