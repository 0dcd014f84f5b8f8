-- Which users in scope are not protected, or is that not known, and why?
select customer_name, user_principal_name, verdict, verdict_reason, is_privileged
from marts.mart_user_mfa
where is_in_scope and verdict <> 'protected'
order by is_privileged desc, customer_name, user_principal_name
