"""Which legs the settings ask for: what only the partner has is not missed in a customer's tenant."""

from collections.abc import Callable
from pathlib import Path

import duckdb

from orchestration.config_tables import expected_legs
from orchestration.settings import load_settings
from orchestration.vendor_legs import known_tenants

PARTNER = "00000000-0000-0000-0000-000000000008"
CUSTOMER = "00000000-0000-0000-0000-000000000009"
TENANTS = (
    f'\n[[microsoft.tenants]]\ntenant_id = "{PARTNER}"\nis_msp = true\n'
    f'\n[[microsoft.tenants]]\ntenant_id = "{CUSTOMER}"\n'
)


def test_delegated_relationships_are_asked_of_the_partner_tenant_alone(write_settings: Callable[..., Path]) -> None:
    legs = expected_legs(load_settings(write_settings(append=TENANTS), {}), {})
    tables = {tenant: {leg[3] for leg in legs if leg[2] == tenant} for tenant in (PARTNER, CUSTOMER)}
    assert tables[PARTNER] - tables[CUSTOMER] == {"delegated_admin_relationships", "delegated_admin_customers"}
    assert {"users", "groups", "group_members"} <= tables[CUSTOMER]


def test_tenant_that_two_entries_name_is_known_once_under_the_entry_that_the_last_run_took(
    write_settings: Callable[..., Path],
) -> None:
    names = f'\n[[microsoft.tenants]]\ntenant_id = "partner.example"\n{TENANTS}'
    settings = load_settings(write_settings(append=names), {})
    with duckdb.connect() as connection:
        before = set(known_tenants(connection, settings).values())
        connection.execute("create schema config")
        connection.execute("create table config.tenants as select ? as configured_id, ? as tenant_id",
                           ["partner.example", PARTNER])  # fmt: skip
        known = known_tenants(connection, settings)
    assert before == set(known.values()) >= {PARTNER, CUSTOMER}
    assert [name for name, guid in known.items() if guid == PARTNER] == ["partner.example"]
