"""The contract loader: what it gives and what it refuses."""

from pathlib import Path

import pytest

from data_contracts.contract import ContractViolation, parse_contract, raw_contract, raw_contracts
from data_contracts.forbidden import is_forbidden_column
from data_contracts.shape import ShapeError, parse_shape
from tests.data_contracts.conftest import spoil


def test_every_contract_parses_and_has_its_metadata_columns() -> None:
    for contract in raw_contracts():
        names = [column.name for column in contract.columns]
        assert {"_connection_id", "_run_id", "_as_of_date", "_extracted_at"} <= set(names), contract.path
        assert ("is_removed" in names) == (contract.removal == "mark"), contract.path
        assert all(contract.column(name).required for name in contract.key), contract.path


def test_select_names_each_top_level_property_once() -> None:
    assert list(raw_contract("microsoft", "users").select).count("assignedLicenses") == 1


def test_content_columns_leave_out_metadata_and_volatile_columns() -> None:
    content = raw_contract("microsoft", "user_registration_details").content_columns
    assert "last_updated_date_time" not in content and "_run_id" not in content and "is_removed" in content


@pytest.mark.parametrize("field", ["body", "uniqueBody", "attachments", "internetMessageHeaders"])
def test_contract_that_reads_a_body_is_refused_with_file_and_line(contracts_folder: Path, field: str) -> None:
    path = contracts_folder / "raw" / "microsoft" / "messages.odcs.yaml"
    spoil(path, 'value: "subject"', f'value: "{field}"')
    line = path.read_text(encoding="utf-8").splitlines().index("      - name: subject") + 1

    with pytest.raises(ContractViolation, match=f"messages.odcs.yaml:{line}: .*{field}.*forbidden"):
        parse_contract(path)


def test_contract_that_names_a_column_body_is_refused(contracts_folder: Path) -> None:
    path = contracts_folder / "raw" / "microsoft" / "messages.odcs.yaml"
    spoil(path, "- name: subject", "- name: body")

    with pytest.raises(ContractViolation, match="column body could hold message or event content"):
        parse_contract(path)


def test_unknown_vendor_or_table_names_the_expected_file() -> None:
    with pytest.raises(ContractViolation, match="bodies.odcs.yaml"):
        raw_contract("microsoft", "bodies")


@pytest.mark.parametrize(
    ("name", "is_forbidden"),
    [("body", True), ("unique_body", True), ("message_body_text", True), ("body_preview", True),
     ("bodyContent", True),
     ("joinUrl", True), ("hasAttachments", False), ("has_attachments", False), ("preview", False), ("somebody", False)],
)  # fmt: skip
def test_forbidden_column_names(name: str, is_forbidden: bool) -> None:
    assert is_forbidden_column(name) is is_forbidden


def test_contract_with_a_field_of_any_type_is_refused_with_file_and_line(contracts_folder: Path) -> None:
    path = contracts_folder / "raw" / "microsoft" / "events.odcs.yaml"
    spoil(path, "list<struct<type:string,", "list<struct<type:any,")
    line = path.read_text(encoding="utf-8").splitlines().index("      - name: attendees") + 1

    with pytest.raises(ContractViolation, match=f"events.odcs.yaml:{line}: column attendees: .*'any' takes whatever"):
        parse_contract(path)


def test_no_contract_reads_a_field_whose_content_no_type_bounds() -> None:
    loose = {
        (contract.table, column.name)
        for contract in raw_contracts()
        for column in contract.source_columns
        if column.source_shape is None or column.source_shape.has_scalar()
    }
    # Its captions are not ours to type; extraction keeps the named one alone, and no value that is long.
    assert loose == {("companies", "custom_fields")}


@pytest.mark.parametrize("text", ["text", "any", "list<string", "struct<a:string>>", "struct<>", "list<string>!"])
def test_shape_outside_the_notation_is_refused(text: str) -> None:
    with pytest.raises(ShapeError):
        parse_shape(text)
