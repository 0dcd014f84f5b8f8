-- Who holds Global Administrator, by which path, and with which MFA verdict?
select customer_name, principal_name, path, mfa_verdict, is_break_glass, first_seen_date
from marts.mart_privileged_accounts
where role_name = 'Global Administrator'
order by customer_name, principal_name
