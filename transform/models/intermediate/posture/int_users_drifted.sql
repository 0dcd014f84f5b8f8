{#- Users that came to be exposed, and users that lost a registered method of MFA. -#}

with

known as (

    select
        tenant_id,
        user_id,
        user_principal_name,
        verdict,
        methods,
        valid_from_date
    from {{ ref('hist_posture__user_verdicts') }}
    where valid_from_date <= {{ as_of_date() }}

),

authentication_methods as (

    select method
    from {{ ref('authentication_methods') }}
    where method_class in ('phishing_resistant', 'strong', 'certificate', 'external', 'weak')

),

numbered as (

    select
        tenant_id,
        user_id,
        user_principal_name,
        verdict,
        methods,
        valid_from_date,
        lag(verdict) over life as earlier_verdict,
        lag(methods) over life as earlier_methods,
        min(valid_from_date) over (partition by tenant_id) as first_observed_date
    from known
    window life as (partition by tenant_id, user_id order by valid_from_date)

),

changes as (

    select
        tenant_id,
        user_id,
        user_principal_name,
        verdict,
        methods,
        earlier_verdict,
        earlier_methods,
        valid_from_date as occurred_date
    from numbered
    where valid_from_date > first_observed_date

),

-- Who could not be judged before did not change: now it is known.
newly_exposed as (

    select
        tenant_id,
        user_id,
        user_principal_name,
        earlier_verdict,
        occurred_date
    from changes
    where
        verdict = 'exposed'
        and (earlier_verdict is null or earlier_verdict in ('protected', 'out_of_scope'))

),

earlier_items as (

    select
        changes.tenant_id,
        changes.user_id,
        changes.user_principal_name,
        changes.methods,
        changes.earlier_methods,
        changes.occurred_date,
        {{ json_scalar_text('item.value') }} as method
    from changes {{ json_array_items('changes.earlier_methods', 'item') }}
    where changes.methods <> changes.earlier_methods

),

-- A pass for a first sign-in or an address for resets ends by itself: no protection is lost.
methods_lost as (

    select distinct
        earlier_items.tenant_id,
        earlier_items.user_id,
        earlier_items.user_principal_name,
        earlier_items.methods,
        earlier_items.earlier_methods,
        earlier_items.occurred_date
    from earlier_items
    inner join authentication_methods
        on earlier_items.method = authentication_methods.method
    where earlier_items.methods not like '%"' || earlier_items.method || '"%'

),

final as (

    select
        tenant_id,
        occurred_date,
        'user_exposed' as kind,
        user_id as subject_id,
        '' as detail,
        user_principal_name as subject_name,
        earlier_verdict as before_value,
        'exposed' as after_value
    from newly_exposed

    union all

    select
        tenant_id,
        occurred_date,
        'method_removed' as kind,
        user_id as subject_id,
        '' as detail,
        user_principal_name as subject_name,
        earlier_methods as before_value,
        methods as after_value
    from methods_lost

)

select * from final
