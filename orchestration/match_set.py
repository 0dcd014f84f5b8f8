"""Whom mail may concern: contacts' addresses and customers' verified domains, read from what was loaded.

Drop before landing: the mail legs get this set as an argument and keep only what touches it. A tenant's domains count
only where the tenant surely belongs to a customer; a tenant that is mapped later brings its domains then, and the mail
window is read again.
"""

from collections.abc import Mapping

import duckdb

CONTACTS = """
    select
        contacts.id,
        lower(trim(json_extract_string(item.value, '$.value'))) as address
    from raw_connectwise.contacts as contacts
    inner join raw_connectwise.companies as companies
        on contacts._connection_id = companies._connection_id
        and contacts.company_id = companies.id
    cross join lateral (
        select unnest(cast(contacts.communication_items as json[])) as value
    ) as item
    where not contacts.is_removed
        and not companies.is_removed
        and not coalesce(companies.deleted_flag, false)
        and companies.id is distinct from (select psa_customer_id from config.msp)
        and json_extract_string(item.value, '$.value') like '%@%'
    order by address, contacts.id
"""

DOMAINS = """
    with

    mapped as (

        select tenant_id from config.tenants where customer_id is not null and not is_msp
        union
        select external_id from config.customer_map where namespace = 'tenant' and decision = 'accepted'
        union
        select tenant_id from built_tenants where mapping_status = 'accepted'
        union
        select lower(json_extract_string(field.value, '$.value'))
        from raw_connectwise.companies as companies
        cross join lateral (select unnest(cast(companies.custom_fields as json[])) as value) as field
        where not companies.is_removed
            and not coalesce(companies.deleted_flag, false)
            and lower(json_extract_string(field.value, '$.caption')) = lower(?)
        group by lower(json_extract_string(field.value, '$.value'))
        -- A tenant on two companies is ambiguous: it belongs to neither until a person decides.
        having count(distinct companies.id) = 1

    )

    select distinct lower(domains.id) as domain
    from raw_microsoft.domains as domains
    inner join mapped
        on lower(domains.tenant_id) = lower(mapped.tenant_id)
    left join config.tenants as tenants
        on lower(domains.tenant_id) = lower(tenants.tenant_id)
    where not domains.is_removed
        and coalesce(domains.is_verified, false)
        and not coalesce(tenants.is_msp, false)
        and lower(domains.id) not in (select lower(domain) from config.msp_domains)
    order by domain
"""


def contact_ids_by_address(connection: duckdb.DuckDBPyConnection) -> Mapping[str, tuple[str, ...]]:
    """PSA contact ids by lower-case address; an address of several contacts keeps them all."""
    found: dict[str, list[str]] = {}
    for contact_id, address in connection.execute(CONTACTS).fetchall():
        ids = found.setdefault(address, [])
        if contact_id not in ids:
            ids.append(contact_id)
    return {address: tuple(ids) for address, ids in found.items()}


def customer_domains(connection: duckdb.DuckDBPyConnection, tenant_id_field: str) -> frozenset[str]:
    """Verified domains of tenants that belong to a customer, in lower case; the MSP's own are never among them.

    `tenant_id_field` is the caption of the PSA's custom field that holds a tenant's GUID; empty for none.
    """
    built = connection.execute(
        "select 1 from information_schema.tables where table_schema = 'marts' and table_name = 'dim_tenants'"
    ).fetchall()
    source = "marts.dim_tenants" if built else "(select null::text as tenant_id, null::text as mapping_status limit 0)"
    connection.execute(f"create or replace temp view built_tenants as select tenant_id, mapping_status from {source}")
    return frozenset(row[0] for row in connection.execute(DOMAINS, [tenant_id_field or None]).fetchall())
