"""The models describe exactly the agreed marts: every listed column, with its type and nullability."""

from pathlib import Path

import pytest

from data_contracts.marts import mart_models
from tests.agreed import LATER, LATER_COLUMNS, agreed_tables

ROOT = Path(__file__).parents[2]
SPELLINGS = {
    "text": {"varchar"},
    "json": {"varchar", "json"},
    "timestamptz": {"timestamptz", "timestamp with time zone"},
}


@pytest.fixture(scope="module")
def described() -> dict[str, dict[str, dict]]:
    """Columns of every described mart, by name."""
    return {
        model["name"]: {column["name"]: column for column in model["columns"]} for model, _path in mart_models(ROOT)
    }


@pytest.mark.parametrize("table", sorted(agreed_tables()))
def test_mart_has_every_agreed_column_first_in_order(table: str, described: dict[str, dict[str, dict]]) -> None:
    agreed = [row["column"] for row in agreed_tables()[table]]
    assert [name for name in described[table] if name in agreed] == agreed


@pytest.mark.parametrize("table", sorted(agreed_tables()))
def test_mart_columns_have_the_agreed_type_and_nullability(table: str, described: dict[str, dict[str, dict]]) -> None:
    for row in agreed_tables()[table]:
        column = described[table][row["column"]]
        kind = column["data_type"].lower().replace(" ", "")
        expected = {item.replace(" ", "") for item in SPELLINGS.get(row["type"], {row["type"]})}
        assert kind in expected, f"{table}.{row['column']} is {kind}, agreed {row['type']}"
        is_required = any(item.get("type") == "not_null" for item in column.get("constraints", ()))
        assert is_required == (row["nullable"] == "no"), f"{table}.{row['column']}: nullability"


def test_nothing_is_called_later_that_exists(described: dict[str, dict[str, dict]]) -> None:
    assert LATER.isdisjoint(described)
    built = {(table, column) for table, columns in LATER_COLUMNS.items() for column in columns & set(described[table])}
    assert built == set()
