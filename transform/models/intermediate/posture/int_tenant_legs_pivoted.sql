{{ config(materialized='table') }}

with

legs as (

    select
        tenant_id,
        table_name,
        leg_state,
        last_status,
        last_good_at
    from {{ ref('int_legs_current') }}
    where vendor = 'microsoft'

),

tenants as (

    select
        tenant_id,
        has_entra_p1,
        has_entra_p2
    from {{ ref('dim_tenants') }}

),

entra_plans as (

    select
        tenant_id,
        has_had_entra_p1
    from {{ ref('int_entra_plans') }}

),

reasons as (

    select
        tenant_id,
        table_name,
        last_good_at,
        case
            when leg_state in ('fresh', 'stale') then leg_state
            when last_status in ('not_permitted', 'not_offered') then last_status
            when last_status = 'not_licensed' then 'no_p1'
            else 'missing'
        end as leg_reason
    from legs

),

pivoted as (

    select
        tenant_id,
        {%- for name, table in {
            'users': 'users',
            'registration': 'user_registration_details',
            'skus': 'subscribed_skus',
            'licenses': 'license_assignments',
            'assignments': 'role_assignments',
            'definitions': 'role_definitions',
            'policies': 'conditional_access_policies',
            'locations': 'named_locations',
            'defaults': 'security_defaults',
            'groups': 'groups',
            'group_members': 'group_members',
            'pim_active': 'role_assignment_schedule_instances',
            'pim_eligible': 'role_eligibility_schedule_instances',
            'sign_in': 'sign_in_activity',
            'mailbox_usage': 'mailbox_usage',
            'applications': 'applications',
            'service_principals': 'service_principals',
            'credentials': 'credentials',
            'secure_scores': 'secure_scores',
        }.items() %}
        max(case when table_name = '{{ table }}' then leg_reason end) as {{ name }}_reason,
        max(case when table_name = '{{ table }}' then last_good_at end) as {{ name }}_good_at
        {{- ',' if not loop.last }}
        {%- endfor %}
    from reasons
    group by tenant_id

),

final as (

    select
        tenants.tenant_id,
        coalesce(pivoted.users_reason, 'missing') as users_state,
        coalesce(pivoted.registration_reason, 'missing') as registration_state,
        coalesce(pivoted.policies_reason, 'missing') as policies_state,
        coalesce(pivoted.locations_reason, 'missing') as locations_state,
        coalesce(pivoted.defaults_reason, 'missing') as security_defaults_state,
        case
            when coalesce(pivoted.assignments_reason, 'missing') = 'fresh'
                then coalesce(pivoted.definitions_reason, 'missing')
            else coalesce(pivoted.assignments_reason, 'missing')
        end as roles_state,
        -- PIM needs P2, of which no_p1 would say nothing.
        {%- for name in ['pim_active', 'pim_eligible'] %}
        case coalesce(pivoted.{{ name }}_reason, 'missing')
            when 'no_p1' then 'pim_not_read'
            else coalesce(pivoted.{{ name }}_reason, 'missing')
        end as {{ name }}_state,
        {%- endfor %}
        {{ worst_state(['pivoted.groups_reason', 'pivoted.group_members_reason']) }}
            as groups_state,
        coalesce(pivoted.groups_reason, 'missing') as group_list_state,
        coalesce(pivoted.group_members_reason, 'missing') as group_members_state,
        coalesce(pivoted.sign_in_reason, 'missing') as sign_in_state,
        coalesce(pivoted.mailbox_usage_reason, 'missing') as mailbox_usage_state,
        coalesce(pivoted.skus_reason, 'missing') as skus_state,
        coalesce(pivoted.licenses_reason, 'missing') as licenses_state,
        coalesce(pivoted.service_principals_reason, 'missing') as service_principals_state,
        {{ worst_state([
            'pivoted.applications_reason',
            'pivoted.service_principals_reason',
            'pivoted.credentials_reason',
        ]) }} as credentials_state,
        coalesce(pivoted.secure_scores_reason, 'missing') as secure_scores_state,
        -- Service plans of an old load prove nothing about today.
        coalesce(not tenants.has_entra_p1 and pivoted.skus_reason = 'fresh', false)
            as is_p1_proven_absent,
        coalesce(not entra_plans.has_had_entra_p1 and pivoted.skus_reason = 'fresh', false)
            as has_never_had_p1,
        coalesce(not tenants.has_entra_p2 and pivoted.skus_reason = 'fresh', false)
            as is_p2_proven_absent,
        pivoted.users_good_at,
        pivoted.registration_good_at,
        pivoted.policies_good_at,
        pivoted.defaults_good_at as security_defaults_good_at,
        pivoted.assignments_good_at as roles_good_at,
        pivoted.group_members_good_at
    from tenants
    left join entra_plans
        on tenants.tenant_id = entra_plans.tenant_id
    left join pivoted
        on tenants.tenant_id = pivoted.tenant_id

)

select * from final
