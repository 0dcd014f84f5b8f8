"""The models describe exactly the agreed marts: every listed column, with its type and nullability."""

import collections
import csv
from pathlib import Path

import pytest

from data_contracts.marts import mart_models

ROOT = Path(__file__).parents[2]
LATER = {"mart_control_evidence"}
SPELLINGS = {
    "text": {"varchar"},
    "json": {"varchar", "json"},
    "timestamptz": {"timestamptz", "timestamp with time zone"},
}


def agreed_tables() -> dict[str, list[dict[str, str]]]:
    """Rows of docs/interface/marts.csv by table."""
    tables: dict[str, list[dict[str, str]]] = collections.defaultdict(list)
    with open(ROOT / "docs" / "interface" / "marts.csv", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            tables[row["table"]].append(row)
    return tables


@pytest.fixture(scope="module")
def described() -> dict[str, dict[str, dict]]:
    """Columns of every described mart, by name."""
    return {
        model["name"]: {column["name"]: column for column in model["columns"]} for model, _path in mart_models(ROOT)
    }


@pytest.mark.parametrize("table", sorted(set(agreed_tables()) - LATER))
def test_mart_has_every_agreed_column_first_in_order(table: str, described: dict[str, dict[str, dict]]) -> None:
    agreed = [row["column"] for row in agreed_tables()[table]]
    assert [name for name in described[table] if name in agreed] == agreed


@pytest.mark.parametrize("table", sorted(set(agreed_tables()) - LATER))
def test_mart_columns_have_the_agreed_type_and_nullability(table: str, described: dict[str, dict[str, dict]]) -> None:
    for row in agreed_tables()[table]:
        column = described[table][row["column"]]
        kind = column["data_type"].lower().replace(" ", "")
        expected = {item.replace(" ", "") for item in SPELLINGS.get(row["type"], {row["type"]})}
        assert kind in expected, f"{table}.{row['column']} is {kind}, agreed {row['type']}"
        is_required = any(item.get("type") == "not_null" for item in column.get("constraints", ()))
        assert is_required == (row["nullable"] == "no"), f"{table}.{row['column']}: nullability"
