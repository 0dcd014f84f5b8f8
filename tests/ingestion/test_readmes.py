"""The vendors' READMEs name every table, endpoint and permission that the code knows."""

from pathlib import Path

import pytest

from data_contracts.contract import raw_contracts
from ingestion.connectwise import endpoints as connectwise
from ingestion.microsoft import endpoints as microsoft
from ingestion.pax8 import endpoints as pax8

INGESTION = Path(__file__).parents[2] / "ingestion"
ENDPOINTS = {
    name: [value for value in vars(module).values() if isinstance(value, module.Endpoint)]
    for name, module in (("microsoft", microsoft), ("connectwise", connectwise), ("pax8", pax8))
}


@pytest.mark.parametrize("vendor", ENDPOINTS)
def test_readme_names_tables_and_endpoints(vendor: str) -> None:
    text = (INGESTION / vendor / "README.md").read_text(encoding="utf-8")
    tables = {contract.table for contract in raw_contracts() if contract.vendor == vendor}
    assert {endpoint.table for endpoint in ENDPOINTS[vendor]} == tables
    assert [table for table in sorted(tables) if f"`{table}`" not in text] == []
    assert [endpoint.path for endpoint in ENDPOINTS[vendor] if endpoint.path not in text] == []


def test_readme_of_microsoft_names_every_permission() -> None:
    text = (INGESTION / "microsoft" / "README.md").read_text(encoding="utf-8")
    named = {permission for endpoint in ENDPOINTS["microsoft"] for permission in endpoint.permissions}
    assert [permission for permission in sorted(named) if f"`{permission}`" not in text] == []
