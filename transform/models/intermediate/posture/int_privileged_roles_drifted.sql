{#-
    Privileged roles that somebody got or lost. What the first read of a leg showed, or the first
    observation of a tenant, is where drift is counted from.
-#}

with

known as (

    select
        tenant_id,
        principal_id,
        role_template_id,
        directory_scope,
        principal_name,
        role_name,
        is_baseline,
        valid_from_date,
        case when valid_to_date <= {{ as_of_date() }} then valid_to_date end as valid_to_date
    from {{ ref('hist_posture__privileged_roles') }}
    where valid_from_date <= {{ as_of_date() }}

),

first_observations as (

    select
        tenant_id,
        min(valid_from_date) as first_observed_date
    from {{ ref('hist_posture__user_verdicts') }}
    group by tenant_id

),

numbered as (

    select
        tenant_id,
        principal_id,
        role_template_id,
        directory_scope,
        principal_name,
        role_name,
        is_baseline,
        valid_from_date,
        valid_to_date,
        lag(valid_to_date) over holding as earlier_to_date,
        lead(valid_from_date) over holding as later_from_date
    from known
    window holding as (
        partition by tenant_id, principal_id, role_template_id, directory_scope
        order by valid_from_date
    )

),

changes as (

    select
        numbered.tenant_id,
        'privileged_added' as kind,
        numbered.principal_id,
        numbered.role_template_id,
        numbered.directory_scope,
        numbered.principal_name,
        numbered.role_name,
        numbered.valid_from_date as occurred_date
    from numbered
    inner join first_observations
        on numbered.tenant_id = first_observations.tenant_id
        and numbered.valid_from_date > first_observations.first_observed_date
    where
        (numbered.earlier_to_date is null and not numbered.is_baseline)
        or numbered.earlier_to_date < numbered.valid_from_date

    union all

    select
        tenant_id,
        'privileged_removed' as kind,
        principal_id,
        role_template_id,
        directory_scope,
        principal_name,
        role_name,
        valid_to_date as occurred_date
    from numbered
    where
        valid_to_date is not null
        and (later_from_date is null or later_from_date > valid_to_date)

),

final as (

    select
        tenant_id,
        occurred_date,
        kind,
        principal_id as subject_id,
        role_template_id || '|' || directory_scope as detail,
        principal_name as subject_name,
        case
            when kind = 'privileged_removed' and directory_scope = '/' then role_name
            when kind = 'privileged_removed' then role_name || ' in ' || directory_scope
        end as before_value,
        case
            when kind = 'privileged_added' and directory_scope = '/' then role_name
            when kind = 'privileged_added' then role_name || ' in ' || directory_scope
        end as after_value
    from changes

)

select * from final
