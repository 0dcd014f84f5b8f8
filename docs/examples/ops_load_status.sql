-- How did the loads of the last run end, by cause?
select vendor, status, error_class, count(*) as table_count, sum(rows_read) as rows_read, min(advice) as advice
from marts.ops_load_status
where run_id = (select run_id from marts.ops_load_status order by started_at desc limit 1)
group by vendor, status, error_class
order by vendor, status
