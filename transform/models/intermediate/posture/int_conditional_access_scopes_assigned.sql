{{ config(materialized='table') }}

{#-
    Users whom all policies at work name alike are one scope: of 60,000 users there are a handful.
    A scope bears the id of its first user.
-#}

with

users as (

    select
        tenant_id,
        user_id,
        external_type
    from {{ ref('int_users_classified') }}

),

named as (

    select
        named_users.tenant_id,
        named_users.policy_id,
        named_users.user_id,
        -- A policy for everybody says nothing more by naming somebody.
        named_users.is_included and not policies.includes_all_users as is_included,
        named_users.is_excluded
    from {{ ref('int_conditional_access_users_named') }} as named_users
    inner join {{ ref('int_conditional_access_policies_classified') }} as policies
        on named_users.tenant_id = policies.tenant_id
        and named_users.policy_id = policies.policy_id

),

signed as (

    select
        tenant_id,
        user_id,
        {{ json_array_agg(
            "policy_id || case when is_included then '+' else '' end"
            ~ " || case when is_excluded then '-' else '' end"
        ) }} as signature
    from named
    where is_included or is_excluded
    group by tenant_id, user_id

),

final as (

    select
        users.tenant_id,
        users.user_id,
        users.external_type,
        min(users.user_id) over (
            partition by users.tenant_id, users.external_type, signed.signature
        ) as scope_id
    from users
    left join signed
        on users.tenant_id = signed.tenant_id
        and users.user_id = signed.user_id

)

select * from final
