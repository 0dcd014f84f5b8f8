"""The endpoint data agrees with the contracts."""

import pytest

from data_contracts.contract import raw_contract, raw_contracts
from data_contracts.forbidden import FORBIDDEN_SOURCE_FIELDS
from ingestion.microsoft import endpoints
from ingestion.microsoft.assignments import ASSIGNMENTS
from ingestion.microsoft.directory import select_options
from ingestion.microsoft.endpoint import ALL_CLOUDS, Endpoint

ALL = [value for value in vars(endpoints).values() if isinstance(value, Endpoint)]
# Its columns are headers of a file.
SELECTING = [endpoint for endpoint in ALL if endpoint is not endpoints.MAILBOX_USAGE]


def test_every_microsoft_contract_has_an_endpoint() -> None:
    contracts = {contract.table for contract in raw_contracts() if contract.vendor == "microsoft"}
    assert {endpoint.table for endpoint in ALL} == contracts
    assert ASSIGNMENTS in contracts


@pytest.mark.parametrize("endpoint", ALL, ids=lambda endpoint: endpoint.path)
def test_endpoint_needs_read_permissions_and_names_its_page(endpoint: Endpoint) -> None:
    assert endpoint.permissions and all(".Read" in name and "Write" not in name for name in endpoint.permissions)
    assert endpoint.doc.startswith("https://learn.microsoft.com/")
    assert endpoint.family in {
        "directory", "reports", "conditional_access", "outlook", "security", "usage_reports"
    }  # fmt: skip
    assert set(endpoint.clouds) <= set(ALL_CLOUDS) and endpoint.plan in {"", "P1", "P2"}


@pytest.mark.parametrize("endpoint", SELECTING, ids=lambda endpoint: endpoint.path)
def test_endpoint_select_is_the_contract_and_nothing_forbidden(endpoint: Endpoint) -> None:
    contract = raw_contract("microsoft", endpoint.table)
    # Nothing at all is selected where each kind in the list has properties of its own.
    selected = set(select_options(contract, endpoint).get("$select", "").split(",")) - {""}
    assert selected == set(endpoint.select or contract.select) - set(endpoint.unselected)
    assert not selected & FORBIDDEN_SOURCE_FIELDS
