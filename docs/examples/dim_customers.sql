-- Which active, billable customers have no Microsoft tenant?
select customer_id, customer_name, primary_domain
from marts.dim_customers
where is_active and is_billable and json_array_length(tenant_ids) = 0
order by customer_name
