-- Which customers need attention first, and why?
select attention_rank, customer_name, attention_reason, uncontracted_monthly_amount, recoverable_monthly_amount
from marts.mart_customer_overview
order by attention_rank
limit 10
