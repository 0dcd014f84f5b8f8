-- Which gaps in MFA has nobody accepted, and how many people can sign in through each?
select customer_name, gap_kind, gap_name, affected_user_count, first_seen_date
from marts.mart_mfa_gaps
where not is_accepted
order by affected_user_count desc nulls last, customer_name
