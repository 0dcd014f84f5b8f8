-- How did MFA coverage of each tenant develop, and how much of it is unknown?
select customer_name, coverage_date, protected_count, exposed_count, unknown_count, coverage_ratio, unknown_ratio
from marts.mart_mfa_coverage_daily
order by customer_name, tenant_id, coverage_date
