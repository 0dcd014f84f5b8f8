"""The last observation taken back: raw rows, history, ledger and cursors as if no run of its date had been.

What the raw tables held before is gone, so rows that those runs wrote stay and are marked: the next read writes each of
them again, or removes it, at its own date. The history forgets the date at once.
raw_<vendor>.*, hist.*, ops.* → the same without one date
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import duckdb

from ingestion.load.layout import UNDONE
from ingestion.load.warehouse import LOAD_ID_COLUMN, quoted

# The date on which a row of history without an interval was written.
OBSERVED_COLUMNS = ("observation_date", "as_of_date", "coverage_date")
FROM, TO = "valid_from_date", "valid_to_date"


@dataclass(frozen=True)
class Undone:
    """What was taken back. runs: how many had the date. rows: changed rows by table."""

    runs: int
    rows: Mapping[str, int]


def undo_observation(connection: duckdb.DuckDBPyConnection, day: date, before: date | None) -> Undone:
    """Take back every run of the last observation date; the caller holds the lock.

    before: the observation before it, None where it was the first: then nothing of what was loaded stays.
    """
    runs = [
        row[0]
        for row in connection.execute(
            "select run_id from ops.runs where as_of_date = ? union select run_id from ops.load_status "
            "where as_of_date = ?",
            [day, day],
        ).fetchall()
    ]
    rows: dict[str, int] = {}
    connection.execute("begin")
    try:
        loads = _loads(connection, runs)
        for table, columns in _raw_tables(connection):
            rows[table] = _undo_raw(connection, table, columns, runs, before)
        for table, columns in _columns(connection, "hist").items():
            rows[table] = _undo_history(connection, table, columns, day, {*runs, *loads})
        _forget(connection, runs, loads, day)
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise
    return Undone(len(runs), {table: count for table, count in rows.items() if count})


def _undo_raw(
    connection: duckdb.DuckDBPyConnection, table: str, columns: list[str], runs: list[str], before: date | None
) -> int:
    if before is None:
        return _count(connection, f"delete from {table} where _run_id in (select unnest(?::varchar[]))", [runs])
    # Without a load id the history never reads them; as rows of nobody they are written again whatever they say.
    living = ", is_removed = false, removed_at = null" if "is_removed" in columns else ""
    return _count(
        connection,
        f"update {table} set _run_id = ?, _as_of_date = ?, {LOAD_ID_COLUMN} = ''{living} "
        "where _run_id in (select unnest(?::varchar[]))",
        [UNDONE, before, runs],
    )


def _undo_history(
    connection: duckdb.DuckDBPyConnection, table: str, columns: list[str], day: date, written: set[str]
) -> int:
    observed = next((name for name in (FROM, *OBSERVED_COLUMNS) if name in columns), None)
    if observed is None:
        raise ValueError(f"{table} has no date of observation that this release knows")
    count = _count(connection, f"delete from {table} where {observed} = ?", [day])
    if TO in columns:
        count += _count(connection, f"update {table} set {TO} = null where {TO} = ?", [day])
    if LOAD_ID_COLUMN in columns:
        # The newest load id decides what is read next: one of the date that is gone would hide every later load.
        connection.execute(
            f"update {table} set {LOAD_ID_COLUMN} = '' where {LOAD_ID_COLUMN} in (select unnest(?::varchar[]))",
            [sorted(written)],
        )
    return count


def _forget(connection: duckdb.DuckDBPyConnection, runs: list[str], loads: list[str], day: date) -> None:
    # Whatever these runs read is read in full again: their cursors cover rows that were observed on no date now.
    connection.execute(
        "delete from ops.extraction_state where run_id in (select unnest(?::varchar[])) or exists ("
        "select 1 from ops.load_status where as_of_date = ? and load_status.vendor = extraction_state.vendor "
        "and load_status.connection_id = extraction_state.connection_id "
        "and load_status.tenant_id = extraction_state.tenant_id "
        "and load_status.table_name = extraction_state.table_name)",
        [runs, day],
    )
    connection.execute("update ops.extraction_state set digest = null where digest is not null")
    connection.execute("delete from ops.load_status where as_of_date = ?", [day])
    connection.execute("delete from ops.runs where as_of_date = ?", [day])
    for schema in _raw_schemas(connection):
        # Those of a clock that ran ahead refuse every load after it.
        connection.execute(f"delete from {schema}._dlt_loads where load_id in (select unnest(?::varchar[]))", [loads])


def _loads(connection: duckdb.DuckDBPyConnection, runs: list[str]) -> list[str]:
    """The ids of the packages that were loaded since the first of these runs began: ids are instants of its clock."""
    found: set[str] = set()
    for schema in _raw_schemas(connection):
        rows = connection.execute(
            f"select load_id from {schema}._dlt_loads where load_id::double >= ("
            "select epoch(min(started_at)) from ops.runs where run_id in (select unnest(?::varchar[])))",
            [runs],
        ).fetchall()
        found.update(row[0] for row in rows)
    return sorted(found)


def _raw_tables(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, list[str]]]:
    for schema in _raw_schemas(connection):
        for table, columns in _columns(connection, schema).items():
            if "_run_id" in columns:
                yield table, columns


def _raw_schemas(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return [
        row[0]
        for row in connection.execute(
            "select table_schema from information_schema.tables where table_name = '_dlt_loads' "
            "and table_schema like 'raw\\_%' escape '\\' and not table_schema like '%\\_staging' escape '\\'"
        ).fetchall()
    ]


def _columns(connection: duckdb.DuckDBPyConnection, schema: str) -> dict[str, list[str]]:
    rows = connection.execute(
        "select columns.table_name, list(columns.column_name) from information_schema.columns as columns "
        "inner join information_schema.tables as tables using (table_schema, table_name) "
        "where table_schema = ? and tables.table_type = 'BASE TABLE' group by all order by all",
        [schema],
    ).fetchall()
    return {f"{quoted(schema)}.{quoted(name)}": columns for name, columns in rows}


def _count(connection: duckdb.DuckDBPyConnection, sql: str, values: list[object]) -> int:
    found = connection.execute(sql, values).fetchone()
    return found[0] if found else 0
