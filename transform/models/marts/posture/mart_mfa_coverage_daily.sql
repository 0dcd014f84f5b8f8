with

coverage as (

    select
        tenant_id,
        coverage_date,
        user_count,
        in_scope_count,
        protected_count,
        -- In older history, users with a gap counted as exposed.
        coalesce(partial_count, 0) as partial_count,
        exposed_count,
        unknown_count,
        out_of_scope_count,
        {{ ratio(
            'protected_count', 'protected_count + coalesce(partial_count, 0) + exposed_count'
        ) }} as coverage_ratio,
        {{ ratio('unknown_count', 'in_scope_count') }} as unknown_ratio
    from {{ ref('hist_posture__mfa_coverage') }}
    where coverage_date <= {{ as_of_date() }}

),

tenants as (

    select
        tenant_id,
        customer_id,
        customer_name
    from {{ ref('dim_tenants') }}

),

{% for days in [7, 30] -%}
earlier_{{ days }}d as (

    select
        coverage.tenant_id,
        coverage.coverage_date,
        max(earlier.coverage_date) as earlier_date
    from coverage
    inner join coverage as earlier
        on coverage.tenant_id = earlier.tenant_id
        and earlier.coverage_date <= {{ add_days('coverage.coverage_date', -days) }}
    group by coverage.tenant_id, coverage.coverage_date

),

{% endfor -%}
final as (

    select
        coverage.tenant_id,
        coverage.coverage_date,
        tenants.customer_id,
        tenants.customer_name,
        coverage.user_count,
        coverage.in_scope_count,
        coverage.protected_count,
        coverage.exposed_count,
        coverage.unknown_count,
        coverage.out_of_scope_count,
        coverage.coverage_ratio,
        coverage.unknown_ratio,
        cast(coverage.coverage_ratio - before_7d.coverage_ratio as decimal(9, 6))
            as coverage_change_7d_ratio,
        cast(coverage.coverage_ratio - before_30d.coverage_ratio as decimal(9, 6))
            as coverage_change_30d_ratio,
        coverage.partial_count
    from coverage
    inner join tenants
        on coverage.tenant_id = tenants.tenant_id
    {%- for days in [7, 30] %}
    left join earlier_{{ days }}d
        on coverage.tenant_id = earlier_{{ days }}d.tenant_id
        and coverage.coverage_date = earlier_{{ days }}d.coverage_date
    left join coverage as before_{{ days }}d
        on earlier_{{ days }}d.tenant_id = before_{{ days }}d.tenant_id
        and earlier_{{ days }}d.earlier_date = before_{{ days }}d.coverage_date
    {%- endfor %}

)

select * from final
