-- Which tables must not be trusted now?
select vendor, connection_id, tenant_id, table_name, leg_state, last_good_at, last_status
from marts.ops_freshness
order by case leg_state when 'missing' then 1 when 'stale' then 2 else 3 end, vendor, tenant_id, table_name
limit 50
