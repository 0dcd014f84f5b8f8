-- Which decisions are wanted, and what hangs on them?
select namespace, external_id, external_name, status, seats, suggested_row
from marts.ops_mapping_review
order by seats desc nulls last, namespace, external_id
