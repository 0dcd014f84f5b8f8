-- How did the margin of each customer move over the closed months?
select customer_name, month, revenue_amount, cost_amount, gross_margin_amount, gross_margin_ratio, fx_missing_count
from marts.mart_customer_profitability_monthly
where is_closed
order by customer_name, month
