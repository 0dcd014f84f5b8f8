"""Rows of a leg as they will be after this run: what is stored, with what this run found laid over it.

It only reads: stored rows + changes → current rows.
"""

from collections.abc import Sequence

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.legs import LegKey
from ingestion.load.changes import TableChanges
from ingestion.load.layout import Layout, layout_of
from ingestion.load.warehouse import quoted


def stored_rows(connection: duckdb.DuckDBPyConnection, key: LegKey, columns: Sequence[str]) -> pa.Table:
    """Rows of a leg as the warehouse holds them now, removed ones left out, in the contract's types."""
    layout = layout_of(key.vendor, key.table)
    listed = ", ".join(
        f"{quoted(name)}::varchar as {quoted(name)}"
        if layout.contract.column(name).physical_type == "json"
        else quoted(name)
        for name in columns
    )
    cursor = connection.cursor()
    try:
        found = cursor.execute(f"select {listed} from {_living(layout)}", [layout.partition_of(key)]).to_arrow_table()
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


def _living(layout: Layout) -> str:
    contract = layout.contract
    living = " and not is_removed" if contract.removal == "mark" else ""
    return f"raw_{contract.vendor}.{quoted(contract.table)} where {quoted(layout.partition)} = ?{living}"


def _schema(layout: Layout, columns: Sequence[str]) -> pa.Schema:
    return pa.schema([pa.field(name, layout.contract.column(name).arrow_type) for name in columns])
