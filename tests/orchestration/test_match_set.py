"""Which mail may land: whose addresses and domains are in the match set, each condition on its own."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.load import Warehouse, prepare
from orchestration.config_tables import TABLES
from orchestration.match_set import contact_ids_by_address, customer_domains

FIELD = "Microsoft Tenant ID"
TENANT, OTHER, MSP = "tenant-a", "tenant-b", "tenant-msp"
STAMPS = {
    "_connection_id": "connectwise", "_run_id": "run-1", "_as_of_date": date(2026, 10, 20),
    "_extracted_at": datetime(2026, 10, 20, 6, tzinfo=UTC), "is_removed": False,
}  # fmt: skip


class Loaded:
    """A warehouse with the reviewed tables and what the vendors showed."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def add(self, table: str, **values: Any) -> "Loaded":
        """One row."""
        row: Mapping[str, Any] = values if table.startswith("config.") else STAMPS | values
        names = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join("?" * len(row))
        self.connection.execute(f"insert into {table} ({names}) values ({marks})", list(row.values()))
        return self

    def company(self, number: str, tenant: str | None = None, caption: str = FIELD, **values: Any) -> "Loaded":
        """A company, with a tenant's GUID in its custom field where one is given."""
        fields = None if tenant is None else f'[{{"caption": "{caption}", "value": "{tenant}"}}]'
        return self.add("raw_connectwise.companies", id=number, name="Customer", custom_fields=fields, **values)

    def contact(self, number: str, address: str, company: str = "1", **values: Any) -> "Loaded":
        """A contact of a company with one way to reach it."""
        items = f'[{{"type": "Email", "value": "{address}"}}]'
        return self.add("raw_connectwise.contacts", id=number, company_id=company, communication_items=items, **values)

    def domain(self, name: str, tenant: str = TENANT, **values: Any) -> "Loaded":
        """A domain of a tenant, verified unless it is said to be otherwise."""
        microsoft = {"_connection_id": "microsoft", "tenant_id": tenant, "is_verified": True}
        return self.add("raw_microsoft.domains", id=name, **{**microsoft, **values})

    def tenant(self, tenant: str = TENANT, customer: str | None = "1", is_msp: bool = False) -> "Loaded":
        """A tenant of the settings."""
        return self.add("config.tenants", tenant_id=tenant, customer_id=customer, is_msp=is_msp)

    @property
    def addresses(self) -> Mapping[str, tuple[str, ...]]:
        """Contacts by address."""
        return contact_ids_by_address(self.connection)

    def domains(self, field: str = FIELD) -> set[str]:
        """The customers' domains."""
        return set(customer_domains(self.connection, field))


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty warehouse."""
    file = tmp_path_factory.mktemp("match") / "tenantry.duckdb"
    prepare(Warehouse(file))
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema if not exists config")
        for table, columns in TABLES.items():
            connection.execute(f"create or replace table config.{table} ({columns})")
        connection.execute("insert into config.msp values ('Example MSP', '2')")
    return file


@pytest.fixture
def loaded(prepared: Path) -> Iterator[Loaded]:
    """A warehouse whose rows are gone after the test."""
    with duckdb.connect(str(prepared)) as connection:
        connection.execute("begin")
        yield Loaded(connection)
        connection.execute("rollback")


def test_contacts_of_companies_are_found_by_lower_case_address(loaded: Loaded) -> None:
    loaded.company("1").contact("7", " Kim@Customer.Example ").contact("9", "kim@customer.example")

    assert loaded.addresses == {"kim@customer.example": ("7", "9")}


def test_contact_of_two_connections_with_one_number_is_named_once(loaded: Loaded) -> None:
    loaded.company("1").contact("7", "kim@customer.example")
    loaded.company("1", _connection_id="second").contact("7", "kim@customer.example", _connection_id="second")

    assert loaded.addresses == {"kim@customer.example": ("7",)}


@pytest.mark.parametrize(
    ("company", "contact"),
    [
        ({}, {"is_removed": True}),
        ({"is_removed": True}, {}),
        ({"deleted_flag": True}, {}),
        ({"number": "2"}, {"company": "2"}),
        ({"number": "3"}, {}),
        ({"_connection_id": "second"}, {}),
        ({}, {"address": "+1 555 0100"}),
    ],
    ids=["contact gone", "company gone", "company deleted", "the MSP's own", "no company", "other PSA", "no address"],
)
def test_contact_that_is_no_customers_is_not_in_the_set(loaded: Loaded, company: dict, contact: dict) -> None:
    loaded.company(**{"number": "1", **company})
    loaded.contact(**{"number": "7", "address": "kim@customer.example", **contact})

    assert loaded.addresses == {}


def test_contact_of_any_company_counts_where_the_msp_has_none_of_its_own(loaded: Loaded) -> None:
    loaded.connection.execute("update config.msp set psa_customer_id = null")
    loaded.company("2").contact("7", "kim@customer.example", company="2")

    assert set(loaded.addresses) == {"kim@customer.example"}


@pytest.mark.parametrize("way", ["settings", "reviewed", "published", "psa"])
def test_verified_domain_of_a_tenant_counts_whichever_way_it_is_mapped(loaded: Loaded, way: str) -> None:
    loaded.domain("Customer.Example", tenant="TENANT-A")
    assert loaded.domains() == set()

    if way == "settings":
        loaded.tenant()
    elif way == "reviewed":
        loaded.add("config.customer_map", namespace="tenant", external_id=TENANT, decision="accepted")
    elif way == "psa":
        loaded.company("1", TENANT.upper())
    else:
        loaded.connection.execute("create schema if not exists marts")
        loaded.connection.execute(
            f"create table marts.dim_tenants as select '{TENANT}' as tenant_id, 'accepted' as mapping_status"
        )
    assert loaded.domains() == {"customer.example"}


@pytest.mark.parametrize(
    "row",
    [
        {"namespace": "tenant", "external_id": TENANT, "decision": "rejected"},
        {"namespace": "pax8", "external_id": TENANT, "decision": "accepted"},
        {"namespace": "tenant", "external_id": OTHER, "decision": "accepted"},
    ],
)
def test_other_decision_maps_no_tenant(loaded: Loaded, row: dict) -> None:
    loaded.domain("customer.example").add("config.customer_map", **row)

    assert loaded.domains() == set()


def test_tenant_that_is_only_proposed_brings_no_domain(loaded: Loaded) -> None:
    loaded.domain("customer.example")
    loaded.connection.execute("create schema if not exists marts")
    loaded.connection.execute(
        f"create table marts.dim_tenants as select '{TENANT}' as tenant_id, 'proposed' as mapping_status"
    )
    assert loaded.domains() == set()


@pytest.mark.parametrize(
    "companies",
    [
        [("1", {"is_removed": True})],
        [("1", {"deleted_flag": True})],
        [("1", {"caption": "Other field"})],
        [("1", {}), ("3", {})],
    ],
    ids=["company gone", "company deleted", "other field", "two companies"],
)
def test_tenant_id_of_the_psa_that_maps_nothing(loaded: Loaded, companies: list[tuple[str, dict]]) -> None:
    loaded.domain("customer.example")
    for number, values in companies:
        loaded.company(number, TENANT, **values)

    assert loaded.domains() == set()


def test_tenant_id_twice_on_one_company_is_no_doubt(loaded: Loaded) -> None:
    loaded.domain("customer.example").company("1", TENANT).company("1", TENANT.upper(), _connection_id="second")

    assert loaded.domains() == {"customer.example"}


def test_custom_field_counts_only_where_the_settings_name_it(loaded: Loaded) -> None:
    loaded.domain("customer.example").company("1", TENANT, caption="")

    assert loaded.domains("") == set()


@pytest.mark.parametrize("values", [{"is_verified": False}, {"is_verified": None}, {"is_removed": True}])
def test_domain_that_is_not_verified_or_gone_is_not_in_the_set(loaded: Loaded, values: dict) -> None:
    loaded.tenant().domain("customer.example", **values)

    assert loaded.domains() == set()


def test_own_domains_are_never_in_the_set(loaded: Loaded) -> None:
    loaded.add("config.msp_domains", domain="MSP.example").tenant().domain("msp.Example").domain("customer.example")
    # Whatever the PSA says of the MSP's own tenant, and with a domain that the settings do not list.
    loaded.tenant(MSP, customer=None, is_msp=True).company("4", MSP).domain("unlisted.example", tenant=MSP)

    assert loaded.domains() == {"customer.example"}


def test_tenant_of_no_customer_brings_no_domain(loaded: Loaded) -> None:
    loaded.tenant(OTHER, customer=None).domain("nobody.example", tenant=OTHER)
    loaded.tenant(MSP, customer="2", is_msp=True).domain("unlisted.example", tenant=MSP)

    assert loaded.domains() == set()
