-- Which tenants have no Entra ID P1, or nobody knows, so that registration and sign-ins cannot be read?
select tenant_name, customer_name, has_entra_p1, has_entra_p2, entra_license_evidence
from marts.dim_tenants
where has_entra_p1 is distinct from true
order by tenant_name
