{{ config(materialized='table') }}

{#-
    Whether a policy at work applies to a scope of users. In addition to the scopes that there are,
    each tenant has `everyone`, a member whom no policy names, and one scope per kind of outsider
    that a policy leaves out. GuestsOrExternalUsers stands for all kinds.
    Source:
    https://learn.microsoft.com/graph/api/resources/conditionalaccessguestsorexternalusers
-#}
{%- set outsiders = [
    'internalGuest', 'b2bCollaborationGuest', 'b2bCollaborationMember', 'b2bDirectConnectUser',
    'otherExternalUser', 'serviceProvider',
] %}

with

policies as (

    select
        tenant_id,
        policy_id,
        include_external_types,
        exclude_external_types,
        includes_all_users,
        has_include_groups,
        has_exclude_groups,
        has_include_roles,
        has_exclude_roles,
        includes_some_external_tenants,
        excludes_some_external_tenants
    from {{ ref('int_conditional_access_policies_classified') }}
    where is_at_work

),

assigned as (

    select
        tenant_id,
        scope_id,
        min(external_type) as external_type
    from {{ ref('int_conditional_access_scopes_assigned') }}
    group by tenant_id, scope_id

),

legs as (

    select
        tenant_id,
        roles_state,
        group_members_state,
        locations_state
    from {{ ref('int_tenant_legs_pivoted') }}

),

places as (

    select
        tenant_id,
        policy_id,
        item
    from {{ ref('int_conditional_access_lists_unnested') }}
    where
        list_name in ('include_locations', 'exclude_locations')
        and item not in ('all', '{{ mfa_trusted_addresses() }}')

),

-- What trusted places come to has to be read where others are named by their ids.
named_places as (

    select distinct places.tenant_id
    from places
    inner join policies
        on places.tenant_id = policies.tenant_id
        and places.policy_id = policies.policy_id
    where places.item <> 'alltrusted'

),

trusting as (

    select distinct
        places.tenant_id,
        places.policy_id
    from places
    inner join named_places
        on places.tenant_id = named_places.tenant_id
    where places.item = 'alltrusted'

),

named as (

    select
        tenant_id,
        policy_id,
        user_id,
        is_included,
        is_excluded
    from {{ ref('int_conditional_access_users_named') }}

),

classes as (

    select
        tenant_id,
        policy_id,
        includes_outsiders,
        excludes_outsiders,
        is_included_by_group,
        is_excluded_by_group
    from {{ ref('int_conditional_access_outsiders_named') }}

),

left_out as (

    select
        policies.tenant_id,
        outsider.value as external_type
    from policies
        {{ text_matches('policies.exclude_external_types', '[A-Za-z0-9]+', 'outsider') }}
    where outsider.value <> 'none'
    {%- for outsider in outsiders %}

    union

    select
        policies.tenant_id,
        '{{ outsider }}' as external_type
    from policies
    inner join classes
        on policies.tenant_id = classes.tenant_id
        and policies.policy_id = classes.policy_id
    where classes.excludes_outsiders
    {%- endfor %}

),

scopes as (

    select
        tenant_id,
        scope_id,
        external_type,
        true as is_real
    from assigned

    union all

    select
        tenant_id,
        'everyone' as scope_id,
        cast(null as varchar) as external_type,
        false as is_real
    from legs

    union all

    select distinct
        tenant_id,
        'outsiders:' || external_type as scope_id,
        external_type,
        false as is_real
    from left_out

),

pairs as (

    select
        policies.tenant_id,
        policies.policy_id,
        scopes.scope_id,
        policies.includes_all_users
        or coalesce(named.is_included, false)
        or (scopes.external_type is not null and coalesce(classes.includes_outsiders, false))
            as is_included,
        scopes.external_type is not null
        and coalesce(
            ',' || replace(policies.include_external_types, ' ', '') || ','
            like '%,' || scopes.external_type || ',%',
            false
        ) as is_included_outsider,
        coalesce(named.is_excluded, false)
        or (scopes.external_type is not null and coalesce(classes.excludes_outsiders, false))
            as is_excluded,
        scopes.external_type is not null
        and coalesce(
            ',' || replace(policies.exclude_external_types, ' ', '') || ','
            like '%,' || scopes.external_type || ',%',
            false
        ) as is_excluded_outsider,
        policies.includes_some_external_tenants,
        policies.excludes_some_external_tenants,
        scopes.scope_id like 'outsiders:%' as is_of_named_tenant,
        -- Nobody knows `everyone` and the outsiders by name: no group and no role holds them.
        scopes.is_real
        and (policies.has_include_groups or coalesce(classes.is_included_by_group, false))
            as includes_groups,
        scopes.is_real
        and (policies.has_exclude_groups or coalesce(classes.is_excluded_by_group, false))
            as excludes_groups,
        scopes.is_real and policies.has_include_roles as has_include_roles,
        scopes.is_real and policies.has_exclude_roles as has_exclude_roles,
        legs.roles_state,
        legs.group_members_state,
        case when trusting.policy_id is not null then legs.locations_state end as locations_state
    from policies
    inner join scopes
        on policies.tenant_id = scopes.tenant_id
    inner join legs
        on policies.tenant_id = legs.tenant_id
    left join named
        on policies.tenant_id = named.tenant_id
        and policies.policy_id = named.policy_id
        and scopes.scope_id = named.user_id
    left join classes
        on policies.tenant_id = classes.tenant_id
        and policies.policy_id = classes.policy_id
    left join trusting
        on policies.tenant_id = trusting.tenant_id
        and policies.policy_id = trusting.policy_id

),

-- What has to be read to know; null where it was. From which tenant an outsider comes is not read.
doubts as (

    select
        *,
        {{ first_reason([
            "case when has_include_roles and not is_included then roles_state end",
            "case when includes_groups and not is_included then group_members_state end",
            "case when is_included_outsider and includes_some_external_tenants"
                ~ " and not is_included then 'missing' end",
        ]) }} as inclusion_unknown_reason,
        {{ first_reason([
            "case when has_exclude_roles then roles_state end",
            "case when excludes_groups then group_members_state end",
            'locations_state',
            "case when is_excluded_outsider and excludes_some_external_tenants"
                ~ " and not is_of_named_tenant then 'missing' end",
        ]) }} as exclusion_unknown_reason,
        is_included or (is_included_outsider and not includes_some_external_tenants)
            as is_surely_included,
        is_excluded
        or (is_excluded_outsider and (not excludes_some_external_tenants or is_of_named_tenant))
            as is_surely_excluded
    from pairs

),

final as (

    select
        tenant_id,
        scope_id,
        policy_id,
        case
            when not is_surely_included and inclusion_unknown_reason is null then 'not_targeted'
            when is_surely_excluded then 'excluded'
            when is_surely_included and exclusion_unknown_reason is null then 'enforced'
            else 'unknown'
        end as reach,
        {{ first_reason(['inclusion_unknown_reason', 'exclusion_unknown_reason']) }}
            as unknown_reason,
        is_surely_included,
        has_include_roles or has_exclude_roles as needs_roles,
        includes_groups or excludes_groups as needs_group_members
    from doubts

)

select * from final
