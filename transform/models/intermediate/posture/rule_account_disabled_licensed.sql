with

holders as (

    select
        tenant_id,
        user_id,
        product_id,
        is_sign_in_blocked
    from {{ ref('int_license_holders') }}

),

users as (

    select
        tenant_id,
        user_id,
        user_principal_name
    from {{ ref('int_users_classified') }}

),

legs as (

    select
        tenant_id,
        users_state,
        skus_state
    from {{ ref('int_tenant_legs_pivoted') }}

),

licensed as (

    select
        tenant_id,
        user_id,
        {{ json_array_agg('product_id') }} as product_ids,
        {{ any_row('is_sign_in_blocked') }} as is_sign_in_blocked
    from holders
    group by tenant_id, user_id

),

evaluated as (

    select
        licensed.tenant_id,
        licensed.user_id as subject_id,
        users.user_principal_name as subject_name,
        case
            when legs.users_state <> 'fresh' or legs.skus_state <> 'fresh' then 'not_checked'
            when licensed.is_sign_in_blocked then 'fail'
            else 'pass'
        end as status,
        {{ first_reason(['legs.users_state', 'legs.skus_state']) }} as status_reason,
        case when licensed.is_sign_in_blocked then 'blocked, with a paid licence' end as actual,
        {{ json_object_text({'product_ids': json_of_text('licensed.product_ids')}) }} as evidence
    from licensed
    inner join users
        on licensed.tenant_id = users.tenant_id
        and licensed.user_id = users.user_id
    inner join legs
        on licensed.tenant_id = legs.tenant_id

),

{{ rule_gates('legs', ['legs.users_state', 'legs.skus_state']) }},

{{ subject_rule('account_disabled_licensed', 'user', "'blocked accounts hold no paid licence'") }}
