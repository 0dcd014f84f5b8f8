"""Ops rows: `ops.runs`, the stages of each run, and `ops.load_status`, how each leg ended.

It must not decide how a leg ended: run and leg results → ops.runs, ops.load_status.
"""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import duckdb
import pyarrow as pa

from ingestion.legs import LegKey, LegStatus
from ingestion.load.context import LegResult, RunContext
from ingestion.load.warehouse import quoted

# What rows lost on their way: fields that may not be held, digits, control characters, texts beyond their length.
_LOSSES = ("forbidden_dropped", "decimals_rounded", "texts_stripped", "texts_cut")
_STATUS_SCHEMA = pa.schema(
    [
        *[pa.field(name, pa.string()) for name in ("run_id", "vendor", "connection_id", "tenant_id", "table_name")],
        pa.field("as_of_date", pa.date32()),
        pa.field("status", pa.string()),
        *[
            pa.field(name, pa.int64())
            for name in (
                "rows_read",
                "rows_changed",
                "rows_removed",
                "rows_dropped",
                "request_count",
                "retry_count",
                "throttled_count",
                "byte_count",
            )
        ],
        pa.field("started_at", pa.timestamp("us", tz="UTC")),
        pa.field("finished_at", pa.timestamp("us", tz="UTC")),
        pa.field("error_class", pa.string()),
        pa.field("advice", pa.string()),
        *[pa.field(name, pa.int64()) for name in _LOSSES],
    ]
)


class Stage(enum.StrEnum):
    """How far a run has come."""

    LOADING = "loading"
    LOADED = "loaded"
    BUILT = "built"
    CHECKED = "checked"
    PUBLISHED = "published"
    FAILED = "failed"


@dataclass(frozen=True)
class PastRun:
    """A former run, as far as a later one must know it."""

    run_id: str
    as_of: date
    started_at: datetime


def begin_run(
    connection: duckdb.DuckDBPyConnection,
    run: RunContext,
    tenant_filter: str | None = None,
    only_filter: str | None = None,
    warehouse_bytes: int | None = None,
) -> None:
    """The run's row, at stage `loading`, with its history unbuilt; warehouse_bytes: the file's size before the run."""
    connection.execute(
        "insert into ops.runs (run_id, as_of_date, started_at, stage, is_history_built, tenant_filter, only_filter, "
        "full_refresh, warehouse_bytes) values (?, ?, ?, ?, false, ?, ?, ?, ?)",
        [
            run.run_id,
            run.as_of,
            run.started_at,
            Stage.LOADING,
            tenant_filter,
            only_filter,
            run.full_refresh,
            warehouse_bytes,
        ],
    )


def advance_run(
    connection: duckdb.DuckDBPyConnection,
    run_id: str,
    stage: Stage,
    *,
    is_history_built: bool = False,
    finished_at: datetime | None = None,
) -> None:
    """The run's stage, and once true its history flag, as they are now."""
    connection.execute(
        "update ops.runs set stage = ?, is_history_built = is_history_built or ?, "
        "finished_at = coalesce(?, finished_at) where run_id = ?",
        [stage, is_history_built, finished_at, run_id],
    )


def unbuilt_run(connection: duckdb.DuckDBPyConnection) -> PastRun | None:
    """The newest run whose rows may not be in the history yet, None when there is none."""
    found = connection.execute(
        "select run_id, as_of_date, started_at from ops.runs where not is_history_built "
        "order by started_at desc, run_id desc limit 1"
    ).fetchone()
    return PastRun(run_id=found[0], as_of=found[1], started_at=found[2].astimezone(UTC)) if found else None


def unbuilt_load(connection: duckdb.DuckDBPyConnection) -> PastRun | None:
    """The newest run that left something which may not be in the history yet, None when there is none.

    A run that was broken off before it left anything is struck off: a history at its date, which may lie far ahead,
    would hold what nobody observed. Only for a caller that holds the lock and has begun no run of its own.
    """
    while (run := unbuilt_run(connection)) is not None and not _has_left_rows(connection, run.run_id):
        connection.execute("update ops.runs set is_history_built = true where run_id = ?", [run.run_id])
    return run


def note_history_built(connection: duckdb.DuckDBPyConnection) -> None:
    """Every run is in the history: it was built over all that is stored."""
    connection.execute("update ops.runs set is_history_built = true where not is_history_built")


def _has_left_rows(connection: duckdb.DuckDBPyConnection, run_id: str) -> bool:
    stamped = connection.execute(
        "select table_schema, table_name from information_schema.columns where column_name = '_run_id' "
        "and table_schema like 'raw\\_%' escape '\\' and not table_schema like '%\\_staging' escape '\\'"
    ).fetchall()
    tables = [
        "ops.load_status where run_id",
        *(f"{quoted(schema)}.{quoted(name)} where _run_id" for schema, name in stamped),
    ]
    found = connection.execute(
        " union all ".join(f"(select 1 from {table} = $run_id limit 1)" for table in tables), {"run_id": run_id}
    ).fetchone()
    return found is not None


def last_attempts(connection: duckdb.DuckDBPyConnection, vendor: str) -> dict[LegKey, datetime]:
    """When each leg of the vendor was last tried; what a run's budget cut short is no attempt."""
    rows = connection.execute(
        "select connection_id, tenant_id, table_name, max(finished_at) from ops.load_status "
        "where vendor = ? and status <> ? and error_class is distinct from 'run_budget' group by all",
        [vendor, LegStatus.SKIPPED],
    ).fetchall()
    return {
        LegKey(vendor, connection_id, tenant_id, table): finished_at.astimezone(UTC)
        for connection_id, tenant_id, table, finished_at in rows
    }


def insert_load_status(connection: duckdb.DuckDBPyConnection, run: RunContext, results: Sequence[LegResult]) -> None:
    """One row per leg result; the caller holds the transaction."""
    rows = [
        {
            "run_id": run.run_id,
            "vendor": result.key.vendor,
            "connection_id": result.key.connection_id,
            "tenant_id": result.key.tenant_id,
            "table_name": result.key.table,
            "as_of_date": run.as_of,
            "status": result.status.value,
            "rows_read": result.stats.rows_read,
            "rows_changed": result.stats.rows_changed,
            "rows_removed": result.stats.rows_removed,
            "rows_dropped": result.stats.rows_dropped,
            "request_count": result.stats.request_count,
            "retry_count": result.stats.retry_count,
            "throttled_count": result.stats.throttled_count,
            "byte_count": result.stats.byte_count,
            "started_at": result.started_at,
            "finished_at": result.finished_at,
            "error_class": result.error_class,
            "advice": result.advice,
            **{name: getattr(result.stats, name) for name in _LOSSES},
        }
        for result in results
    ]
    status_rows = pa.Table.from_pylist(rows, schema=_STATUS_SCHEMA)
    connection.register("status_rows", status_rows)
    connection.execute("insert into ops.load_status by name select * from status_rows")
    connection.unregister("status_rows")
