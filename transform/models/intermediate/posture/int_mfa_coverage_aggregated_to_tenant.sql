with

verdicts as (

    select
        tenant_id,
        verdict,
        verdict_reason,
        is_in_scope
    from {{ ref('int_mfa_verdicts_decided') }}

),

tenants as (

    select
        tenant_id,
        users_state
    from {{ ref('int_tenant_legs_pivoted') }}

),

counted as (

    select
        tenants.tenant_id,
        min(tenants.users_state) as users_state,
        {{ reason_of_rank(
            "min(case when verdicts.verdict = 'unknown' then "
            ~ reason_rank('verdicts.verdict_reason') ~ " end)"
        ) }} as unknown_reason,
        cast(count(verdicts.verdict) as integer) as user_count,
        cast(count(case when verdicts.is_in_scope then 1 end) as integer) as in_scope_count,
        {%- for verdict in ['protected', 'partial', 'exposed', 'unknown', 'out_of_scope'] %}
        cast(count(case when verdicts.verdict = '{{ verdict }}' then 1 end) as integer)
            as {{ verdict }}_count{{ ',' if not loop.last }}
        {%- endfor %}
    from tenants
    left join verdicts
        on tenants.tenant_id = verdicts.tenant_id
    group by tenants.tenant_id

),

final as (

    select
        tenant_id,
        users_state,
        unknown_reason,
        user_count,
        in_scope_count,
        protected_count,
        partial_count,
        exposed_count,
        unknown_count,
        out_of_scope_count,
        -- A leg that was not read hides most of the tenant: the ratio of the rest says little.
        users_state = 'fresh'
        and not coalesce(
            {{ reason_rank('unknown_reason') }} <= {{ reason_rank("'no_p1'") }}, false
        ) as is_complete
    from counted

)

select * from final
