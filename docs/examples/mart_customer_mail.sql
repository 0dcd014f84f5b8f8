-- Which customers wrote to us in the last week, and when last?
select customer_name, count(*) as message_count, max(received_at) as last_mail_at
from marts.mart_customer_mail
where direction = 'in' and received_at > (select max(received_at) - interval 7 day from marts.mart_customer_mail)
group by customer_name
order by last_mail_at desc
