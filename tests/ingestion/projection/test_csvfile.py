"""CSV reports to contract columns: by header, blanks as nulls, wrong values named without being told."""

from pathlib import Path

import pytest

from data_contracts.contract import Contract
from ingestion.projection.csvfile import project_csv
from ingestion.projection.errors import PageError
from tests.ingestion.projection.contracts import contract_of

COLUMNS = {
    "name": ("varchar", "User Principal Name", "string"),
    "is_deleted": ("boolean", "Is Deleted", "boolean"),
    "created": ("date", "Created Date", "string"),
}


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    return contract_of(tmp_path, COLUMNS)


def test_columns_are_found_by_header_in_any_order(contract: Contract) -> None:
    content = (
        b'\xef\xbb\xbfCreated Date,Other,Is Deleted,User Principal Name\r\n2026-01-02,"a\nb",True,"x,y"\r\n,,,\r\n'
    )
    rows = project_csv(content, contract, where="test").to_pylist()
    assert [(row["name"], row["is_deleted"], str(row["created"])) for row in rows] == [
        ("x,y", True, "2026-01-02"), (None, None, "None"),
    ]  # fmt: skip


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf\r\n", b"User Principal Name,Is Deleted,Created Date\r\n"])
def test_file_without_rows_has_the_columns_and_no_row(contract: Contract, content: bytes) -> None:
    table = project_csv(content, contract, where="test")
    assert table.num_rows == 0 and table.column_names == list(COLUMNS)


@pytest.mark.parametrize(
    ("content", "error_class"),
    [
        (b"User Principal Name,Is Deleted\r\ncanary,True\r\n", "no_value"),
        (b"<html>canary</html>", "not_csv"),
        (b"User Principal Name,Is Deleted,Created Date\r\ncanary,True\r\n", "not_csv"),
        (b"User Principal Name,Is Deleted,Created Date\r\n\xff\xfe,True,2026-01-01\r\n", "not_csv"),
        (b"User Principal Name,Is Deleted,Created Date\r\na,canary,2026-01-01\r\n", "wrong_type"),
        (b"User Principal Name,Is Deleted,Created Date\r\na,True,canary\r\n", "wrong_type"),
    ],
)
def test_what_is_no_such_report_is_an_error_without_its_values(
    contract: Contract, content: bytes, error_class: str
) -> None:
    with pytest.raises(PageError) as caught:
        project_csv(content, contract, where="test")
    assert caught.value.error_class == error_class
    assert "canary" not in str(caught.value) + caught.value.advice
