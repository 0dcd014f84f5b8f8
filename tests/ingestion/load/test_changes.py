"""What counts as a change: every column of every contract, alone, is seen by the fingerprints and written."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from data_contracts.contract import RAW_FOLDER
from ingestion.legs import LegKey, ScopeEnd
from ingestion.load import Warehouse, prepare
from ingestion.load.changes import TableReading, find_changes
from ingestion.load.digest import page_digest, row_digest
from ingestion.load.layout import Layout, layout_of
from ingestion.load.spool import SpooledRows

FULL = (ScopeEnd("full"),)
CONTRACTS = sorted(path.relative_to(RAW_FOLDER).as_posix() for path in RAW_FOLDER.rglob("*.odcs.yaml"))
STAMPS = {"_run_id", "_as_of_date", "_extracted_at", "is_removed", "removed_at", "_connection_id"}
NOON = datetime(2026, 10, 19, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse with every raw table, empty."""
    file = tmp_path_factory.mktemp("changes") / "tenantry.duckdb"
    prepare(Warehouse(file))
    with duckdb.connect(str(file)) as opened:
        yield opened


def content_of(path: Path) -> dict[str, bool]:
    """Columns of a contract file beside its key and our stamps, and whether a change of each is none of the row's."""
    properties = yaml.safe_load(path.read_text(encoding="utf-8"))["schema"][0]["properties"]
    return {
        entry["name"]: any(
            item["property"] == "volatile" and item["value"] for item in entry.get("customProperties", ())
        )
        for entry in properties
        if entry["name"] not in STAMPS and not entry.get("primaryKey")
    }


def value_of(kind: pa.DataType, number: int) -> Any:
    """The first or second of two different values."""
    if pa.types.is_boolean(kind):
        return bool(number)
    if pa.types.is_integer(kind):
        return number
    if pa.types.is_decimal(kind):
        return Decimal(number).scaleb(-kind.scale)
    if pa.types.is_date(kind):
        return date(2026, 10, 1) + timedelta(days=number)
    if pa.types.is_timestamp(kind):
        return NOON + timedelta(microseconds=number)
    assert pa.types.is_string(kind) or pa.types.is_large_string(kind), kind
    return f'["{number}"]'


def rows_of(layout: Layout, count: int, changed: dict[int, str]) -> pa.Table:
    """So many rows of one partition that differ by key; row n has another value in the column that `changed` names."""
    rows = []
    for row in range(count):
        values = {}
        for field in layout.landing:
            if field.name in (layout.partition, "_connection_id"):
                values[field.name] = "tenant-a"
            elif field.name in layout.key:
                values[field.name] = f"{row:03}" if pa.types.is_string(field.type) else value_of(field.type, row)
            else:
                values[field.name] = value_of(field.type, int(changed.get(row) == field.name))
        rows.append(values)
    return pa.Table.from_pylist(rows, schema=layout.landing)


def spooled(layout: Layout, table: pa.Table) -> SpooledRows:
    """The rows as they are after a read."""
    vendor, name = layout.contract.vendor, layout.contract.table
    key = LegKey(vendor, "tenant-a", "tenant-a" if vendor == "microsoft" else "", name)
    return SpooledRows(layout, key, table.num_rows, table=table)


def store(connection: duckdb.DuckDBPyConnection, layout: Layout, rows: pa.Table) -> None:
    """Make these the only rows that an earlier run stored."""
    stamps = {"_run_id": "run-0", "_as_of_date": date(2026, 10, 1), "_extracted_at": NOON, "is_removed": False}
    for column in layout.contract.columns:
        if column.name in stamps:
            rows = rows.append_column(column.name, pa.repeat(pa.scalar(stamps[column.name]), rows.num_rows))
    target = f'raw_{layout.contract.vendor}."{layout.contract.table}"'
    connection.execute(f"delete from {target}")
    connection.register("stored_rows", rows)
    connection.execute(f"insert into {target} by name select * from stored_rows")


@pytest.mark.parametrize("path", CONTRACTS)
def test_change_of_one_column_alone_is_a_change_of_the_row(
    path: str, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    columns = content_of(RAW_FOLDER / path)
    vendor, _, name = path.removesuffix(".odcs.yaml").partition("/")
    layout = layout_of(vendor, name)
    names = list(columns)
    expected = [names.index(column) for column, is_volatile in columns.items() if not is_volatile]
    before = rows_of(layout, len(names), {})
    after = rows_of(layout, len(names), dict(enumerate(names)))
    store(connection, layout, before)

    reading = TableReading(spooled(layout, after).key, layout, spooled(layout, after), FULL, None, False)
    found = find_changes(connection, [reading], tmp_path, name)

    if expected:
        assert found.changed is not None
        landed = pq.read_table(found.changed)
        key = next(column for column in layout.key if column != layout.partition)
        assert sorted(landed[key].to_pylist()) == sorted(after.take(expected)[key].to_pylist())
    assert found.removed is None and not (found.deleted_keys is not None and found.deleted_keys.num_rows)
    for index, (column, is_volatile) in enumerate(columns.items()):
        one = rows_of(layout, 1, {0: column})
        same = rows_of(layout, 1, {})
        digests = [row_digest(spooled(layout, rows), FULL, connection) for rows in (same, one)]
        pages = [page_digest(rows, layout, FULL) for rows in (same, one)]
        assert (digests[0] == digests[1], pages[0] == pages[1]) == (is_volatile, is_volatile), (index, column)


def test_value_that_became_null_and_null_that_became_a_value_are_changes(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    layout = layout_of("microsoft", "groups")
    before = rows_of(layout, 3, {})
    index = before.schema.get_field_index("display_name")
    before = before.set_column(index, before.schema.field(index), pa.array([None, "x", None], pa.string()))
    after = before.set_column(index, before.schema.field(index), pa.array(["x", None, None], pa.string()))
    store(connection, layout, before)
    rows = spooled(layout, after)

    found = find_changes(connection, [TableReading(rows.key, layout, rows, FULL, None, False)], tmp_path, "groups")

    assert found.changed is not None and sorted(pq.read_table(found.changed)["id"].to_pylist()) == ["000", "001"]
    assert row_digest(spooled(layout, before), FULL, connection) != row_digest(rows, FULL, connection)
    assert replace(found, changed=None).is_empty
