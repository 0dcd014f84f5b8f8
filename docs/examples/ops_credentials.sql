-- Which of our own credentials end next?
select vendor, connection_id, label, expires_date, days_left, state
from marts.ops_credentials
order by days_left nulls last
