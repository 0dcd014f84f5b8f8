{{ config(materialized='table') }}

{#- Holders of the directory synchronization role are service accounts by definition. -#}
{%- set synchronization_role = 'd29b2b05-8046-44ba-8758-1e26182fcf32' -%}

with

users as (

    select
        tenant_id,
        user_id,
        user_principal_name,
        display_name,
        user_type,
        is_account_enabled,
        is_synced,
        lower(user_principal_name) as sign_in_name
    from {{ ref('hist_microsoft__users') }} as known
    where {{ valid_at('known') }}

),

break_glass as (

    select
        tenant_id,
        user_ref
    from {{ ref('stg_config__break_glass') }}

),

patterns as (

    select
        kind,
        pattern
    from {{ ref('stg_config__account_patterns') }}

),

-- A mailbox keeps its kind while its report is late, so the last good report counts.
mailboxes as (

    select
        tenant_id,
        sign_in_name,
        recipient_type
    from {{ ref('hist_microsoft__mailbox_usage') }} as known
    where {{ valid_at('known') }} and not is_deleted

),

synchronization_accounts as (

    select distinct
        tenant_id,
        principal_id as user_id
    from {{ ref('int_role_assignments_classified') }}
    where role_template_id = '{{ synchronization_role }}'

),

break_glass_users as (

    select distinct
        users.tenant_id,
        users.user_id
    from users
    inner join break_glass
        on users.tenant_id = break_glass.tenant_id
        and (users.user_id = break_glass.user_ref or users.sign_in_name = break_glass.user_ref)

),

pattern_users as (

    select
        users.tenant_id,
        users.user_id,
        {{ any_row("patterns.kind = 'shared'") }} as is_shared,
        {{ any_row("patterns.kind = 'room'") }} as is_room,
        {{ any_row("patterns.kind = 'service'") }} as is_service
    from users
    inner join patterns
        on {{ fits_pattern('users.sign_in_name', 'patterns.pattern') }}
    group by users.tenant_id, users.user_id

),

flagged as (

    select
        users.tenant_id,
        users.user_id,
        users.user_principal_name,
        users.sign_in_name,
        users.display_name,
        users.is_account_enabled,
        users.is_synced,
        users.sign_in_name like '%#ext#%' as is_external,
        coalesce(users.user_type = 'Guest', users.sign_in_name like '%#ext#%', false) as is_guest,
        break_glass_users.user_id is not null as is_break_glass,
        coalesce(pattern_users.is_shared, false)
        or coalesce(mailboxes.recipient_type = 'shared', false) as is_shared,
        coalesce(pattern_users.is_room, false)
        or coalesce(mailboxes.recipient_type in ('room', 'equipment'), false) as is_room,
        coalesce(pattern_users.is_service, false)
        or synchronization_accounts.user_id is not null
        -- Names that Microsoft's two synchronization tools give their accounts.
        or users.sign_in_name like 'sync!_%!_%@%.onmicrosoft.%' escape '!'
        or users.sign_in_name like 'adtoaadsyncserviceaccount%@%.onmicrosoft.%' as is_service
    from users
    left join break_glass_users
        on users.tenant_id = break_glass_users.tenant_id
        and users.user_id = break_glass_users.user_id
    left join pattern_users
        on users.tenant_id = pattern_users.tenant_id
        and users.user_id = pattern_users.user_id
    left join mailboxes
        on users.tenant_id = mailboxes.tenant_id
        and users.sign_in_name = mailboxes.sign_in_name
    left join synchronization_accounts
        on users.tenant_id = synchronization_accounts.tenant_id
        and users.user_id = synchronization_accounts.user_id

),

final as (

    select
        tenant_id,
        user_id,
        user_principal_name,
        display_name,
        case
            when is_break_glass then 'break_glass'
            when not is_account_enabled then 'disabled'
            when is_guest then 'guest'
            when is_shared then 'shared'
            when is_room then 'room'
            when is_service then 'service'
            else 'member'
        end as population,
        -- The kinds of outsider that a policy can name.
        case
            when is_guest and is_external then 'b2bCollaborationGuest'
            when is_guest then 'internalGuest'
            when is_external then 'b2bCollaborationMember'
        end as external_type,
        is_account_enabled,
        is_synced,
        is_guest,
        is_break_glass
    from flagged

)

select * from final
