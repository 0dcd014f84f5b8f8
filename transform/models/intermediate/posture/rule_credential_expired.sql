with

credentials as (

    select
        tenant_id,
        app_id,
        owner_kind,
        credential_kind,
        application_name,
        expires_date,
        expired_count,
        first_expired_date
    from {{ ref('int_application_credentials_latest') }}

),

legs as (

    select
        tenant_id,
        credentials_state
    from {{ ref('int_tenant_legs_pivoted') }}

),

applications as (

    select
        tenant_id,
        app_id,
        max(application_name) as application_name,
        {{ json_array_agg_where(
            "owner_kind || ' ' || credential_kind || ' ' || cast(first_expired_date as varchar)"
            ~ " || case when expired_count > 1"
            ~ " then ' and ' || cast(expired_count - 1 as varchar) || ' more' else '' end",
            'expired_count > 0'
        ) }} as expired_credentials,
        cast(sum(expired_count) as integer) as expired_count,
        min(first_expired_date) as first_expired_date,
        {{ any_row('expires_date is null') }} as has_unknown_end
    from credentials
    group by tenant_id, app_id

),

evaluated as (

    select
        applications.tenant_id,
        applications.app_id as subject_id,
        applications.application_name as subject_name,
        case
            when legs.credentials_state <> 'fresh' then 'not_checked'
            when applications.expired_count > 0 then 'fail'
            when applications.has_unknown_end then 'not_checked'
            else 'pass'
        end as status,
        {{ first_reason([
            'legs.credentials_state',
            "(case when applications.has_unknown_end and applications.expired_count = 0"
            ~ " then 'expiry_not_known' end)",
        ]) }} as status_reason,
        cast(applications.expired_count as varchar) || ' expired, the first on '
        || cast(applications.first_expired_date as varchar) as actual,
        {{ json_object_text({
            'expired_count': 'applications.expired_count',
            'credentials': json_of_text('applications.expired_credentials'),
        }) }} as evidence
    from applications
    inner join legs
        on applications.tenant_id = legs.tenant_id

),

{{ rule_gates('legs', ['legs.credentials_state']) }},

{{ subject_rule(
    'credential_expired',
    'application',
    "'no expired credential'"
) }}
