-- What got worse lately?
select occurred_date, customer_name, kind, subject_name, before_value, after_value, severity
from marts.mart_posture_drift
order by occurred_date desc, customer_name
limit 50
