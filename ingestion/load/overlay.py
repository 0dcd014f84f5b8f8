"""Rows of a leg as they will be after this run: what is stored, with what this run found laid over it.

It only reads: stored rows + changes → current rows.
"""

import threading
from collections.abc import Sequence

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingestion.legs import LegKey
from ingestion.load.changes import TableChanges
from ingestion.load.layout import Layout, layout_of
from ingestion.load.warehouse import quoted

# A table of more rows or more text is asked for leg by leg: its rows of all tenants would weigh more than the questions
# cost. The service plans of one SKU alone are ten kilobytes.
SMALL_TABLE_ROWS = 20_000
SMALL_TABLE_BYTES = 64_000_000


class StoredRows:
    """Stored rows of legs for as long as nothing is written; safe for threads.

    A small table is asked for once for all tenants: hundreds of them would each pay for a question of their own.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._by_partition: dict[tuple[str, str, tuple[str, ...]], dict[str, pa.Table] | None] = {}

    def of(self, key: LegKey, columns: Sequence[str]) -> pa.Table:
        """As stored_rows."""
        layout = layout_of(key.vendor, key.table)
        question = (key.vendor, key.table, tuple(columns))
        with self._lock:
            if question not in self._by_partition:
                self._by_partition[question] = self._of_every_leg(layout, columns)
            found = self._by_partition[question]
        if found is None:
            return stored_rows(self._connection, key, columns)
        rows = found.get(layout.partition_of(key))
        return rows if rows is not None else _schema(layout, columns).empty_table()

    def _of_every_leg(self, layout: Layout, columns: Sequence[str]) -> dict[str, pa.Table] | None:
        table = f"raw_{layout.contract.vendor}.{quoted(layout.contract.table)}"
        cursor = self._connection.cursor()
        try:
            counted = cursor.execute(f"select count(*) from {table}").fetchone()
            if counted and counted[0] > SMALL_TABLE_ROWS:
                return None
            text = ", ".join(map(quoted, columns))
            weighed = cursor.execute(f"select coalesce(sum(strlen(concat({text}))), 0) from {table}").fetchone()
            if weighed and weighed[0] > SMALL_TABLE_BYTES:
                return None
            rows = cursor.execute(
                f"select {quoted(layout.partition)} as _partition, {_listed(layout, columns)} from {table} "
                f"where true{_living_condition(layout)} order by 1"
            ).to_arrow_table()
        finally:
            cursor.close()
        partitions = pc.value_counts(rows.column("_partition")).to_pylist()
        rows = rows.drop_columns("_partition").cast(_schema(layout, columns)).combine_chunks()
        found: dict[str, pa.Table] = {}
        start = 0
        for partition in partitions:
            found[partition["values"]] = rows.slice(start, partition["counts"])
            start += partition["counts"]
        return found


def stored_rows(connection: duckdb.DuckDBPyConnection, key: LegKey, columns: Sequence[str]) -> pa.Table:
    """Rows of a leg as the warehouse holds them now, removed ones left out, in the contract's types."""
    layout = layout_of(key.vendor, key.table)
    cursor = connection.cursor()
    try:
        found = cursor.execute(
            f"select {_listed(layout, columns)} from {_living(layout)}", [layout.partition_of(key)]
        ).to_arrow_table()
    finally:
        cursor.close()
    return found.cast(_schema(layout, columns))


def stored_count(connection: duckdb.DuckDBPyConnection, key: LegKey) -> int:
    """How many rows of a leg the warehouse holds now, removed ones left out."""
    layout = layout_of(key.vendor, key.table)
    cursor = connection.cursor()
    try:
        found = cursor.execute(f"select count(*) from {_living(layout)}", [layout.partition_of(key)]).fetchone()
    finally:
        cursor.close()
    return found[0] if found else 0


def changed_rows(changes: TableChanges, columns: Sequence[str]) -> pa.Table:
    """New and changed rows only."""
    schema = _schema(changes.layout, columns)
    tables = [spooled.select(columns).cast(schema) for spooled in changes.fresh]
    if changes.changed is not None:
        tables.append(pq.read_table(changes.changed, columns=list(columns), use_threads=False).cast(schema))
    return pa.concat_tables(tables) if tables else schema.empty_table()


def current_rows(
    connection: duckdb.DuckDBPyConnection, key: LegKey, changes: TableChanges, columns: Sequence[str]
) -> pa.Table:
    """Stored rows that did not change, and the new and changed ones."""
    if changes.fresh:
        return changed_rows(changes, columns)
    names = list(changes.layout.key)
    touched = [
        pq.read_table(path, columns=names, use_threads=False)
        for path in (changes.changed, changes.removed)
        if path is not None
    ]
    if changes.deleted_keys is not None:
        touched.append(changes.deleted_keys)
    stored = stored_rows(connection, key, list(dict.fromkeys([*columns, *names])))
    schema = _schema(changes.layout, names)
    for keys in touched:
        stored = stored.join(keys.cast(schema), keys=names, join_type="left anti")
    kept = stored.select(list(columns)).cast(_schema(changes.layout, columns))
    return pa.concat_tables([kept, changed_rows(changes, columns)])


def _listed(layout: Layout, columns: Sequence[str]) -> str:
    return ", ".join(
        f"{quoted(name)}::varchar as {quoted(name)}"
        if layout.contract.column(name).physical_type == "json"
        else quoted(name)
        for name in columns
    )


def _living(layout: Layout) -> str:
    table = f"raw_{layout.contract.vendor}.{quoted(layout.contract.table)}"
    return f"{table} where {quoted(layout.partition)} = ?{_living_condition(layout)}"


def _living_condition(layout: Layout) -> str:
    return " and not is_removed" if layout.contract.removal == "mark" else ""


def _schema(layout: Layout, columns: Sequence[str]) -> pa.Schema:
    return pa.schema([pa.field(name, layout.contract.column(name).arrow_type) for name in columns])
