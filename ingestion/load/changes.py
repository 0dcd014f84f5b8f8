"""What a read changes in the warehouse: rows that are new or differ, and stored rows that are gone.

Comparison is exact and null-safe over the contract's content columns. It must not write to the warehouse.
spooled rows + stored rows → changed rows, removed rows or keys to delete
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingestion.legs import LegKey, ScopeEnd
from ingestion.load.context import RunContext
from ingestion.load.layout import UNDONE, Layout
from ingestion.load.scopes import removed_keys
from ingestion.load.spool import ROW_GROUP_ROWS, SpooledRows
from ingestion.load.warehouse import quoted, quoted_text


@dataclass(frozen=True)
class TableReading:
    """One leg's finished read of one table: its rows and what they prove."""

    key: LegKey
    layout: Layout
    rows: SpooledRows
    scopes: tuple[ScopeEnd, ...]
    digest: str | None
    is_unchanged: bool

    @property
    def partition(self) -> str:
        """The value of the partition column in all of the leg's rows."""
        return self.layout.partition_of(self.key)


@dataclass(frozen=True)
class TableChanges:
    """Changes of one table for one or more legs.

    fresh: rows of legs that had none stored: all of them are new.
    changed, removed: Parquet files with landing columns; `removed` holds whole stored rows (removal `mark`).
    deleted_keys: key columns of stored rows that are gone (removal `delete`).
    """

    layout: Layout
    fresh: tuple[SpooledRows, ...] = ()
    changed: Path | None = None
    removed: Path | None = None
    deleted_keys: pa.Table | None = None
    changed_counts: Mapping[str, int] = field(default_factory=dict)
    removed_counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """True when dlt has nothing to load for these legs."""
        return not any(rows.row_count for rows in self.fresh) and self.changed is None and self.removed is None

    def stamped(self, run: RunContext) -> Iterator[pa.Table]:
        """Every changed and removed row as it lands, in tables of about a row group, with the run's stamps."""
        schema = self.layout.contract.arrow_schema()
        pending: list[pa.Table] = []
        pending_rows = 0
        for rows, is_removed in self._pieces():
            pending.append(_stamp(rows, schema, run, is_removed))
            pending_rows += rows.num_rows
            if pending_rows >= ROW_GROUP_ROWS:
                yield pa.concat_tables(pending)
                pending, pending_rows = [], 0
        if pending_rows:
            yield pa.concat_tables(pending)

    def _pieces(self) -> Iterator[tuple[pa.Table, bool]]:
        for spooled in self.fresh:
            for rows in spooled.batches():
                yield rows, False
        for path, is_removed in ((self.changed, False), (self.removed, True)):
            if path is not None:
                with pq.ParquetFile(path, pre_buffer=False) as file:
                    for batch in file.iter_batches(ROW_GROUP_ROWS, use_threads=False):
                        yield pa.Table.from_batches([batch]), is_removed


def find_changes(
    connection: duckdb.DuckDBPyConnection, readings: Sequence[TableReading], folder: Path, name: str
) -> TableChanges:
    """What these readings of one table change, compared with raw_<vendor>.<table> in one pass.

    Shape: every reading has another partition value. Files are written to `folder` with `name` in theirs.
    """
    layout = readings[0].layout
    stored = _stored_partitions(connection, readings)
    fresh = tuple(reading.rows for reading in readings if reading.partition not in stored)
    known = [reading for reading in readings if reading.partition in stored]
    if not known:
        return TableChanges(layout, fresh, changed_counts={rows.partition: rows.row_count for rows in fresh})
    folder.mkdir(parents=True, exist_ok=True)
    cursor = connection.cursor()
    try:
        _register_incoming(cursor, layout, [reading.rows for reading in known])
        changed = _copy(cursor, _changed_sql(layout), folder / f"{name}.changed.parquet", layout)
        gone = _gone_sql(cursor, layout, known)
        removed, deleted_keys = None, None
        if gone and layout.contract.removal == "mark":
            removed = _copy(cursor, gone, folder / f"{name}.removed.parquet", layout)
        elif gone:
            keys = ", ".join(quoted(column) for column in layout.key)
            deleted_keys = cursor.execute(f"select {keys} from ({gone})").to_arrow_table()
    finally:
        cursor.close()
    changed_path, changed_counts = changed
    removed_path, removed_counts = removed or (None, {})
    counts = dict(changed_counts)
    for rows in fresh:
        counts[rows.partition] = rows.row_count
    return TableChanges(layout, fresh, changed_path, removed_path, deleted_keys, counts, removed_counts)


def _target(layout: Layout) -> str:
    return f"raw_{layout.contract.vendor}.{quoted(layout.contract.table)}"


def _stored_partitions(connection: duckdb.DuckDBPyConnection, readings: Sequence[TableReading]) -> set[str]:
    layout = readings[0].layout
    cursor = connection.cursor()
    try:
        found = cursor.execute(
            f"select distinct {quoted(layout.partition)} from {_target(layout)} "
            f"where {quoted(layout.partition)} in (select unnest(?))",
            [[reading.partition for reading in readings]],
        ).fetchall()
    finally:
        cursor.close()
    return {row[0] for row in found}


def _register_incoming(cursor: duckdb.DuckDBPyConnection, layout: Layout, spooled: Sequence[SpooledRows]) -> None:
    columns = ", ".join(quoted(name) for name in layout.landing.names)
    tables = [rows.table for rows in spooled if rows.table is not None]
    files = ", ".join(quoted_text(rows.path) for rows in spooled if rows.table is None)
    parts = []
    if tables:
        cursor.register("incoming_tables", pa.concat_tables(tables))
        parts.append(f"select {columns} from incoming_tables")
    if files:
        parts.append(f"select {columns} from read_parquet([{files}])")
    cursor.execute(f"create or replace temp view incoming as {' union all '.join(parts)}")
    partitions = pa.table({"partition": pa.array([rows.partition for rows in spooled], pa.string())})
    cursor.register("known_partitions", partitions)


def _stored_sql(layout: Layout) -> str:
    columns = ", ".join(
        f"{quoted(column.name)}::varchar as {quoted(column.name)}"
        if column.physical_type == "json"
        else quoted(column.name)
        for column in layout.contract.columns
    )
    living = " and not is_removed" if layout.contract.removal == "mark" else ""
    return (
        f"select {columns} from {_target(layout)} "
        f"where {quoted(layout.partition)} in (select partition from known_partitions){living}"
    )


def _changed_sql(layout: Layout) -> str:
    columns = ", ".join(f"incoming.{quoted(name)}" for name in layout.landing.names)
    same_key = " and ".join(f"incoming.{quoted(name)} = stored.{quoted(name)}" for name in layout.key)
    same_rest = "".join(
        f" and incoming.{quoted(name)} is not distinct from stored.{quoted(name)}"
        for name in layout.compared
        if name not in layout.key
    )
    observed = f" and stored._run_id <> {quoted_text(UNDONE)}"
    stored = f"({_stored_sql(layout)}) as stored"
    return f"select {columns} from incoming anti join {stored} on {same_key}{same_rest}{observed}"


def _gone_sql(cursor: duckdb.DuckDBPyConnection, layout: Layout, readings: Sequence[TableReading]) -> str | None:
    arms: dict[tuple[str, ...], list[pa.Table]] = {}
    for reading in readings:
        for scope in reading.scopes:
            for claim in _claims(layout, reading.partition, scope):
                arms.setdefault(tuple(claim.column_names), []).append(claim)
    if not arms:
        return None
    claimed = []
    for number, (names, tables) in enumerate(arms.items()):
        cursor.register(f"claim_{number}", pa.concat_tables(tables))
        match = " and ".join(f"stored.{quoted(name)} = claim.{quoted(name)}" for name in names)
        claimed.append(f"exists (select 1 from claim_{number} as claim where {match})")
    still_there = " and ".join(f"stored.{quoted(name)} = incoming.{quoted(name)}" for name in layout.key)
    return (
        f"select stored.* from ({_stored_sql(layout)}) as stored where ({' or '.join(claimed)}) "
        f"and not exists (select 1 from incoming where {still_there})"
    )


def _claims(layout: Layout, partition: str, scope: ScopeEnd) -> Iterator[pa.Table]:
    """Column values whose stored rows are gone unless they were written: the whole scope, removed keys, parents."""
    found = []
    if scope.mode == "full":
        found.append(pa.table({layout.partition: pa.array([partition], pa.string())}))
    else:
        keys = removed_keys(layout, scope)
        if keys is not None:
            found.append(keys.append_column(layout.partition, pa.repeat(pa.scalar(partition), keys.num_rows)))
        if scope.parent_column and scope.replaced_parents is not None and len(scope.replaced_parents):
            parents = pa.table({scope.parent_column: scope.replaced_parents})
            found.append(parents.append_column(layout.partition, pa.repeat(pa.scalar(partition), parents.num_rows)))
    for claim in found:
        for name, value in scope.where.items():
            if name not in claim.column_names:
                claim = claim.append_column(name, pa.repeat(pa.scalar(value), claim.num_rows))
        yield claim


def _copy(
    cursor: duckdb.DuckDBPyConnection, sql: str, path: Path, layout: Layout
) -> tuple[Path | None, dict[str, int]]:
    target = quoted_text(path)
    cursor.execute(f"copy ({sql}) to {target} (format parquet, compression uncompressed)")
    counts = dict(
        cursor.execute(
            f"select {quoted(layout.partition)}, count(*) from read_parquet({target}) group by all"
        ).fetchall()
    )
    if counts:
        return path, counts
    path.unlink()
    return None, {}


def _stamp(rows: pa.Table, schema: pa.Schema, run: RunContext, is_removed: bool) -> pa.Table:
    stamps = {
        "_run_id": run.run_id,
        "_as_of_date": run.as_of,
        "_extracted_at": run.started_at,
        "is_removed": is_removed,
        "removed_at": run.started_at if is_removed else None,
    }
    columns = []
    for column in schema:
        if column.name in stamps:
            columns.append(pa.repeat(pa.scalar(stamps[column.name], column.type), rows.num_rows))
            continue
        found = rows.column(column.name)
        columns.append(found if found.type == column.type else pc.cast(found, column.type))
    return pa.table(columns, schema=schema)
