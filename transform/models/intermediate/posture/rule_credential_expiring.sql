{%- set limit_days = var('credential_days') -%}

with

credentials as (

    select
        tenant_id,
        app_id,
        owner_kind,
        credential_kind,
        application_name,
        expires_date,
        case
            when next_end_date < coalesce(expires_date, {{ add_days('next_end_date', 1) }})
                then next_end_date
        end as sooner_date,
        coalesce(
            expires_date >= {{ as_of_date() }}
            and expires_date <= {{ add_days(as_of_date(), limit_days) }},
            false
        ) as is_failing
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
            "owner_kind || ' ' || credential_kind || ' ' || cast(expires_date as varchar)",
            'is_failing'
        ) }} as failing_credentials,
        {{ json_array_agg_where(
            "owner_kind || ' ' || credential_kind || ' ' || cast(sooner_date as varchar)",
            'sooner_date is not null'
        ) }} as sooner_credentials,
        min(case when is_failing then expires_date end) as expires_date,
        min(sooner_date) as sooner_date,
        {{ any_row('is_failing') }} as is_failing,
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
            when applications.is_failing then 'fail'
            when applications.has_unknown_end then 'not_checked'
            else 'pass'
        end as status,
        {{ first_reason([
            'legs.credentials_state',
            "(case when applications.has_unknown_end and not applications.is_failing"
            ~ " then 'expiry_not_known' end)",
        ]) }} as status_reason,
        'ends on ' || cast(applications.expires_date as varchar)
        || case
            when applications.sooner_date < applications.expires_date
                then '; an older one ends sooner, on ' || cast(applications.sooner_date as varchar)
            else ''
        end as actual,
        {{ json_object_text({
            'credentials': json_of_text('applications.failing_credentials'),
            'ends_sooner': json_of_text('applications.sooner_credentials'),
        }) }} as evidence
    from applications
    inner join legs
        on applications.tenant_id = legs.tenant_id

),

{{ rule_gates('legs', ['legs.credentials_state']) }},

{{ subject_rule(
    'credential_expiring',
    'application',
    "'valid for more than " ~ limit_days ~ " days'"
) }}
