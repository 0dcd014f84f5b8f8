-- What renews next, until when can it be changed, and what does it cost us?
select decide_by_date, renews_on_date, customer_name, product_name, seats, reducible_seats, reporting_monthly_cost_amount
from marts.mart_subscriptions
where status in ('active', 'cancel_pending')
order by decide_by_date nulls last, customer_name
