-- How many hours did each customer take in a month, and what did they cost?
select customer_name, date_trunc('month', work_date) as month, sum(worked_hours) as hours, sum(cost_amount) as cost
from marts.fct_time_entries
group by all
order by cost desc nulls last
