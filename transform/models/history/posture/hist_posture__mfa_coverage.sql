{{ config(unique_key=['tenant_id', 'coverage_date']) }}

with

coverage as (

    select
        tenant_id,
        user_count,
        in_scope_count,
        protected_count,
        partial_count,
        exposed_count,
        unknown_count,
        out_of_scope_count,
        is_complete
    from {{ ref('int_mfa_coverage_aggregated_to_tenant') }}

),

-- The last run of a date counts: a second one replaces the rows of the first.
final as (

    select
        tenant_id,
        {{ as_of_date() }} as coverage_date,
        user_count,
        in_scope_count,
        protected_count,
        partial_count,
        exposed_count,
        unknown_count,
        out_of_scope_count,
        is_complete
    from coverage

)

select * from final
