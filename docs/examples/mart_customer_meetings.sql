-- Which meetings with customers come next?
select starts_at, customer_name, mailbox, subject, is_private
from marts.mart_customer_meetings
where not is_cancelled
order by starts_at
limit 20
