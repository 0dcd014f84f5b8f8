{{ config(materialized='table') }}

with

hist_microsoft__users as (

    select tenant_id, user_id, user_principal_name, assigned_licenses, is_account_enabled
    from {{ ref('hist_microsoft__users') }} as users
    where {{ valid_at('users') }}

),

hist_microsoft__license_assignments as (

    select tenant_id, user_id, sku_id, assignment_state
    from {{ ref('hist_microsoft__license_assignments') }} as assignments
    where {{ valid_at('assignments') }}

),

int_license_tenant_legs as (

    select tenant_id, customer_id, assignment_leg_state
    from {{ ref('int_license_tenant_legs') }}

),

int_license_tenant_skus as (

    select tenant_id, sku_id, is_trial_only
    from {{ ref('int_license_tenant_skus') }}

),

int_license_products as (

    select product_id, sku_id
    from {{ ref('int_license_products') }}
    where sku_id is not null and is_license and not is_excluded_from_leakage

),

int_license_exceptions as (

    select rule_or_kind, customer_id, tenant_id, subject_id
    from {{ ref('int_license_exceptions') }}

),

stg_config__account_patterns as (

    select pattern
    from {{ ref('stg_config__account_patterns') }}
    where kind = 'shared'

),

-- Effective licences: one entry per SKU, however many paths assign it.
assigned as (

    select distinct
        hist_microsoft__users.tenant_id,
        hist_microsoft__users.user_id,
        lower({{ json_text('license.value', 'skuId') }}) as sku_id
    from hist_microsoft__users
        {{ json_array_items('hist_microsoft__users.assigned_licenses', 'license') }}

),

-- An assignment in error on every path consumes nothing; stale rows take nobody out.
failed_assignments as (

    select
        hist_microsoft__license_assignments.tenant_id,
        hist_microsoft__license_assignments.user_id,
        hist_microsoft__license_assignments.sku_id
    from hist_microsoft__license_assignments
    inner join int_license_tenant_legs
        on hist_microsoft__license_assignments.tenant_id = int_license_tenant_legs.tenant_id
    where int_license_tenant_legs.assignment_leg_state = 'fresh'
    group by
        hist_microsoft__license_assignments.tenant_id,
        hist_microsoft__license_assignments.user_id,
        hist_microsoft__license_assignments.sku_id
    having count(*) = count(*) filter (
        where hist_microsoft__license_assignments.assignment_state = 'Error'
    )

),

shared_mailboxes as (

    select distinct
        hist_microsoft__users.tenant_id,
        hist_microsoft__users.user_id
    from hist_microsoft__users
    inner join stg_config__account_patterns
        on {{ fits_pattern(
            'lower(hist_microsoft__users.user_principal_name)',
            'stg_config__account_patterns.pattern'
        ) }}

),

excepted_holders as (

    select distinct
        int_license_tenant_legs.tenant_id,
        int_license_exceptions.subject_id as user_id
    from int_license_exceptions
    inner join int_license_tenant_legs
        on int_license_exceptions.customer_id in ('*', int_license_tenant_legs.customer_id)
        and int_license_exceptions.tenant_id in ('*', int_license_tenant_legs.tenant_id)
    where int_license_exceptions.rule_or_kind in ('*', 'assigned_to_disabled')

),

final as (

    select
        assigned.tenant_id,
        assigned.user_id,
        int_license_products.product_id,
        int_license_tenant_legs.customer_id,
        not hist_microsoft__users.is_account_enabled as is_sign_in_blocked,
        shared_mailboxes.user_id is not null
        or excepted_holders.user_id is not null as is_excepted
    from assigned
    inner join hist_microsoft__users
        on assigned.tenant_id = hist_microsoft__users.tenant_id
        and assigned.user_id = hist_microsoft__users.user_id
    inner join int_license_tenant_legs
        on assigned.tenant_id = int_license_tenant_legs.tenant_id
    inner join int_license_products
        on assigned.sku_id = int_license_products.sku_id
    left join int_license_tenant_skus
        on assigned.tenant_id = int_license_tenant_skus.tenant_id
        and assigned.sku_id = int_license_tenant_skus.sku_id
    left join failed_assignments
        on assigned.tenant_id = failed_assignments.tenant_id
        and assigned.user_id = failed_assignments.user_id
        and assigned.sku_id = failed_assignments.sku_id
    left join shared_mailboxes
        on assigned.tenant_id = shared_mailboxes.tenant_id
        and assigned.user_id = shared_mailboxes.user_id
    left join excepted_holders
        on assigned.tenant_id = excepted_holders.tenant_id
        and assigned.user_id = excepted_holders.user_id
    where
        failed_assignments.user_id is null
        and not coalesce(int_license_tenant_skus.is_trial_only, false)

)

select * from final
