{{ config(materialized='table') }}

{#- The gaps with the names that people know them by, and whether somebody accepted them. -#}

with

gaps as (

    select
        {{ finding_hash("tenant_id || '|' || gap_kind || '|' || gap_subject") }} as gap_id,
        tenant_id,
        gap_kind,
        gap_subject,
        policy_ids,
        affected_user_count
    from {{ ref('int_mfa_gaps_aggregated_to_tenant') }}

),

named_items as (

    select
        tenant_id,
        case item_kind when 'role' then 'group' else item_kind end as item_kind,
        item,
        min(item_name) as item_name
    from {{ ref('int_conditional_access_references_checked') }}
    group by tenant_id, case item_kind when 'role' then 'group' else item_kind end, item

),

applications as (

    select
        tenant_id,
        lower(app_id) as app_id,
        min(service_principal_name) as app_name
    from {{ ref('stg_microsoft__service_principals') }}
    where not is_removed
    group by tenant_id, lower(app_id)

),

tenants as (

    select
        tenant_id,
        customer_id
    from {{ ref('dim_tenants') }}

),

exceptions as (

    select
        customer_id,
        tenant_id,
        subject_id
    from {{ ref('int_license_exceptions') }}
    where rule_or_kind = 'mfa_gap'

),

accepted as (

    select distinct gaps.gap_id
    from gaps
    inner join tenants
        on gaps.tenant_id = tenants.tenant_id
    inner join exceptions
        on gaps.gap_id = exceptions.subject_id
        and exceptions.customer_id in (tenants.customer_id, '*')
        and exceptions.tenant_id in (gaps.tenant_id, '*')

),

final as (

    select
        gaps.gap_id,
        gaps.tenant_id,
        gaps.gap_kind,
        gaps.gap_subject,
        case
            when gaps.gap_subject = '*' then 'any other ' || gaps.gap_kind
            when named_items.item_name is not null then named_items.item_name
            when gaps.gap_kind = 'app' and applications.app_name is not null
                then applications.app_name
            when {{ text_match('gaps.gap_subject', guid_pattern()) }} is not null
                and gaps.gap_kind in ('user', 'group', 'location')
                and gaps.gap_subject <> '{{ mfa_trusted_addresses() }}'
                then null
            else case gaps.gap_subject
                {%- for subject, name in {
                    'office365': 'Office 365',
                    'microsoftadminportals': 'Microsoft admin portals',
                    exchange_online(): 'Exchange Online',
                    'application_filter': 'apps that a filter over their attributes leaves out',
                    'browser': 'browsers',
                    'mobileappsanddesktopclients': 'mobile apps and desktop clients',
                    'exchangeactivesync': 'Exchange ActiveSync',
                    'other': 'other clients, which know no second factor',
                    'alltrusted': 'all trusted locations',
                    mfa_trusted_addresses(): 'MFA trusted IPs',
                    'compliantdevice': 'a compliant device will do',
                    'domainjoineddevice': 'a hybrid joined device will do',
                    'approvedapplication': 'an approved app will do',
                    'compliantapplication': 'an app under app protection will do',
                    'passwordchange': 'a changed password will do',
                    'other_control': 'a control weaker than MFA will do',
                    'sign_in_risk': 'sign-ins without the risk that the policy names',
                    'user_risk': 'users without the risk that the policy names',
                    'insider_risk': 'users without the insider risk that the policy names',
                    'device_filter': 'devices that a filter leaves out',
                    'authentication_flow': 'other ways to sign in than the policy names',
                    'unknown_condition': 'sign-ins that a condition we do not know leaves out',
                    'not_included': 'users whom no such policy includes',
                }.items() %}
                when '{{ subject }}' then '{{ name }}'
                {%- endfor %}
                else gaps.gap_subject
            end
        end as gap_name,
        gaps.policy_ids,
        gaps.affected_user_count,
        accepted.gap_id is not null as is_accepted
    from gaps
    left join named_items
        on gaps.tenant_id = named_items.tenant_id
        and gaps.gap_kind = named_items.item_kind
        and gaps.gap_subject = named_items.item
    left join applications
        on gaps.tenant_id = applications.tenant_id
        and gaps.gap_subject = applications.app_id
    left join accepted
        on gaps.gap_id = accepted.gap_id

)

select * from final
