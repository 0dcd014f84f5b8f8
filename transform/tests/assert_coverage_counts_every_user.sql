-- Fails when the coverage of the closing date does not count exactly the users of mart_user_mfa.
with

users as (

    select
        tenant_id,
        as_of_date,
        count(*) as user_count,
        count(case when verdict = 'protected' then 1 end) as protected_count,
        count(case when verdict = 'partial' then 1 end) as partial_count,
        count(case when verdict = 'exposed' then 1 end) as exposed_count,
        count(case when verdict = 'unknown' then 1 end) as unknown_count
    from {{ ref('mart_user_mfa') }}
    group by tenant_id, as_of_date

),

coverage as (

    select
        tenant_id,
        coverage_date,
        user_count,
        protected_count,
        partial_count,
        exposed_count,
        unknown_count
    from {{ ref('mart_mfa_coverage_daily') }}

)

select
    users.tenant_id,
    users.user_count,
    coverage.user_count as covered_count
from users
inner join coverage
    on users.tenant_id = coverage.tenant_id
    and users.as_of_date = coverage.coverage_date
where
    users.user_count <> coverage.user_count
    or users.protected_count <> coverage.protected_count
    or users.partial_count <> coverage.partial_count
    or users.exposed_count <> coverage.exposed_count
    or users.unknown_count <> coverage.unknown_count
