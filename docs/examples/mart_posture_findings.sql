-- Which critical and high findings are open, and since when?
select severity, customer_name, title, subject_name, actual, first_seen_date
from marts.mart_posture_findings
where status = 'fail' and not is_excepted and severity in ('critical', 'high')
order by severity, first_seen_date
