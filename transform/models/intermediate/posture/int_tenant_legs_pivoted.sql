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
            'assignments': 'role_assignments',
            'definitions': 'role_definitions',
            'policies': 'conditional_access_policies',
            'defaults': 'security_defaults',
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
        coalesce(pivoted.defaults_reason, 'missing') as security_defaults_state,
        case
            when coalesce(pivoted.assignments_reason, 'missing') = 'fresh'
                then coalesce(pivoted.definitions_reason, 'missing')
            else coalesce(pivoted.assignments_reason, 'missing')
        end as roles_state,
        -- Service plans of an old load prove nothing about today.
        coalesce(not tenants.has_entra_p1 and pivoted.skus_reason = 'fresh', false)
            as is_p1_proven_absent,
        coalesce(not tenants.has_entra_p2 and pivoted.skus_reason = 'fresh', false)
            as is_p2_proven_absent,
        pivoted.users_good_at,
        pivoted.registration_good_at,
        pivoted.policies_good_at,
        pivoted.defaults_good_at as security_defaults_good_at,
        pivoted.assignments_good_at as roles_good_at
    from tenants
    left join pivoted
        on tenants.tenant_id = pivoted.tenant_id

)

select * from final
