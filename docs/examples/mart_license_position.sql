-- Where do contracted, held and billed seats differ today?
select customer_name, product_name, contracted_seats, distributor_seats, tenant_enabled_seats, tenant_consumed_seats
from marts.mart_license_position
where valid_to_date is null and verdict = 'mismatch'
order by customer_name, product_name
