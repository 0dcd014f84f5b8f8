-- Which products count as licences, and which of them are left out of leakage?
select product_id, product_name, vendor_name, is_trial, is_free, is_excluded_from_leakage
from marts.dim_products
where is_license
order by product_name
