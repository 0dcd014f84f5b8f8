"""The warehouse file: its lock, its connections, its schemas and the tables that ingestion fills.

One process writes at a time; it must not be opened here by readers, who use the published copy.
"""

import json
import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from data_contracts.contract import RAW_FOLDER, Contract, raw_contract
from data_contracts.forbidden import is_forbidden_column

logger = logging.getLogger(__name__)

SCHEMAS = (
    "raw_microsoft",
    "raw_connectwise",
    "raw_pax8",
    "staging",
    "intermediate",
    "hist",
    "marts",
    "ops",
    "config",
    "seeds",
)
LOAD_ID_COLUMN = "_dlt_load_id"
# Of DuckDB while it loads; Python, Arrow and dlt need about as much again.
MEMORY_LIMIT = "640MB"
# What DuckDB calls a type where that is not what a contract calls it.
_TYPE_NAMES = {"timestamptz": "timestamp with time zone"}
_OPS_TABLES = {
    "runs": (
        "run_id text not null, as_of_date date, started_at timestamptz, finished_at timestamptz, stage text, "
        "is_history_built boolean, tenant_filter text, only_filter text, full_refresh boolean, warehouse_bytes bigint"
    ),
    "load_status": (
        "run_id text, vendor text, connection_id text, tenant_id text, table_name text, as_of_date date, status text, "
        "rows_read bigint, rows_changed bigint, rows_removed bigint, rows_dropped bigint, request_count bigint, "
        "retry_count bigint, throttled_count bigint, byte_count bigint, started_at timestamptz, "
        "finished_at timestamptz, error_class text, advice text, forbidden_dropped bigint, decimals_rounded bigint, "
        "texts_stripped bigint, texts_cut bigint"
    ),
    "extraction_state": (
        "vendor text, connection_id text, tenant_id text, table_name text, scope text, cursor text, digest text, "
        "run_id text, updated_at timestamptz"
    ),
}


class WarehouseError(Exception):
    """The warehouse file cannot be used as asked; the message says what was found and what to do."""


class WarehouseLocked(WarehouseError):
    """Another process is writing the warehouse."""


@dataclass(frozen=True)
class Holder:
    """Who holds the warehouse's lock."""

    pid: int
    started_at: str


@dataclass(frozen=True)
class Warehouse:
    """A DuckDB file and the work folder beside it."""

    path: Path

    @property
    def spill_folder(self) -> Path:
        """Folder beside the file where DuckDB puts what its memory may not hold; a kill may leave rows in it."""
        return Path(f"{self.path}.tmp")

    @property
    def work_folder(self) -> Path:
        """Folder beside the file for what a run needs while it loads; empty between runs."""
        return self.path.parent / ".tenantry" / self.path.name

    def run_folder(self, run_id: str) -> Path:
        """Folder of one run, deleted when its loads have ended."""
        return self.work_folder / run_id

    def remove_run_folder(self, run_id: str) -> None:
        """Removes the run's folder, and the work folder, where nothing is in them any more."""
        for folder in (self.run_folder(run_id), self.work_folder, self.work_folder.parent):
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()

    @contextmanager
    def acquire(self, wait_seconds: float = 0.0) -> Iterator[None]:
        """The right to write, for as long as the context lasts; a holder that died never blocks.

        Errors: WarehouseLocked naming the holder's process and start when it is not free within the wait;
        WarehouseError for a folder that cannot be written.
        """
        from filelock import FileLock, Timeout

        lock = FileLock(f"{self.path}.lock", timeout=wait_seconds, thread_local=False, poll_interval=0.5)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except Timeout as error:
            holder = self._holder()
            who = f"process {holder.pid}, started {holder.started_at}" if holder else "another process"
            raise WarehouseLocked(
                f"{self.path} is being written by {who}; waited {wait_seconds:.0f} s. Expected one writer at a time. "
                "Wait until that run has ended, or stop it, then run again."
            ) from error
        except OSError as error:
            raise WarehouseError(
                f"{self.path.parent}: cannot be written ({error.strerror or type(error).__name__}). Expected a folder "
                "of the user that runs this, on a disk with space, for the warehouse file. Correct that or [warehouse] "
                "path, then run again."
            ) from error
        try:
            started = datetime.now(UTC).isoformat(timespec="seconds")
            self._sidecar.write_text(json.dumps({"pid": os.getpid(), "started_at": started}), encoding="utf-8")
            yield
        finally:
            self._sidecar.unlink(missing_ok=True)
            lock.release()

    @contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A writing connection in UTC, closed with the context; dbt and the publisher open their own afterwards.

        Errors: WarehouseError when another program has the file open, or when it is none of DuckDB's.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            connection = duckdb.connect(str(self.path))
        except duckdb.IOException as error:
            raise self._unusable(str(error)) from error
        try:
            connection.execute("set timezone = 'UTC'")
            connection.execute("set enable_progress_bar = false")
            # A second thread buys little in a load and costs 100 MB and a fifth of the CPU at 100,000 users.
            connection.execute("set threads = 1")
            # Memory stays flat from here on, however large the tenant: joins and sorts go on in files.
            connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
            connection.execute(f"set temp_directory = {quoted_text(self.spill_folder)}")
            yield connection
        finally:
            connection.close()

    def _unusable(self, text: str) -> "WarehouseError":
        """The error of a file that does not open; DuckDB's text names files and processes, and no row."""
        holder = re.search(r"\(PID (\d+)\)", text)
        if holder is not None:
            return WarehouseError(
                f"{self.path} is open in another program (process {holder[1]}). Expected nobody else in the writer's "
                "file: readers open the published copy. Close that program, then run again."
            )
        return WarehouseError(
            f"{self.path}: DuckDB cannot open it ({text.splitlines()[0]}). Expected the warehouse file, writable, on a "
            "disk with space. Correct that or [warehouse] path, then run again."
        )

    @property
    def _sidecar(self) -> Path:
        return Path(f"{self.path}.lock.holder")

    def _holder(self) -> Holder | None:
        try:
            found = json.loads(self._sidecar.read_text(encoding="utf-8"))
            return Holder(pid=int(found["pid"]), started_at=str(found["started_at"]))
        except (OSError, ValueError, KeyError, TypeError):
            # The holder is between taking the lock and naming itself, or has just let go.
            return None


def create_tables(connection: duckdb.DuckDBPyConnection, contracts: tuple[Contract, ...] | None = None) -> None:
    """Every schema, ops table and raw table that is missing, and every column that a contract has gained.

    Errors: WarehouseError when a raw column has another type than its contract says.
    """
    for schema in SCHEMAS:
        connection.execute(f"create schema if not exists {schema}")
    for table, columns in _OPS_TABLES.items():
        connection.execute(f"create table if not exists ops.{table} ({columns})")
    # A warehouse that was made before runs noted the file's size, and loads what their rows lost on the way.
    connection.execute("alter table ops.runs add column if not exists warehouse_bytes bigint")
    for name in ("forbidden_dropped", "decimals_rounded", "texts_stripped", "texts_cut"):
        connection.execute(f"alter table ops.load_status add column if not exists {name} bigint")
    existing = _raw_columns(connection)
    for contract in contracts if contracts is not None else _all_contracts():
        _create_raw_table(connection, contract, existing.get((f"raw_{contract.vendor}", contract.table), {}))


def empty_dlt_staging(connection: duckdb.DuckDBPyConnection) -> None:
    """No row left in dlt's staging schemas, where a kill may have left those of its last package."""
    rows = connection.execute(
        "select table_schema, table_name from information_schema.tables "
        "where table_schema like 'raw\\_%\\_staging' escape '\\' and table_name not like '\\_dlt%' escape '\\'"
    ).fetchall()
    for schema, table in rows:
        connection.execute(f"delete from {quoted(schema)}.{quoted(table)}")


def forbidden_columns(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """`schema.table.column` of every column in any schema whose name could hold message or event content."""
    rows = connection.execute(
        "select table_schema, table_name, column_name from information_schema.columns order by all"
    ).fetchall()
    return [f"{schema}.{table}.{column}" for schema, table, column in rows if is_forbidden_column(column)]


def quoted(name: str) -> str:
    """The name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def quoted_text(text: object) -> str:
    """The text as an SQL literal."""
    return "'" + str(text).replace("'", "''") + "'"


def _all_contracts() -> tuple[Contract, ...]:
    # One by one, because these are parsed once per process.
    paths = sorted(RAW_FOLDER.rglob("*.odcs.yaml"))
    return tuple(raw_contract(path.parent.name, path.name.removesuffix(".odcs.yaml")) for path in paths)


def _raw_columns(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], dict[str, str]]:
    found: dict[tuple[str, str], dict[str, str]] = {}
    for schema, table, column, kind in connection.execute(
        "select table_schema, table_name, column_name, lower(data_type) from information_schema.columns "
        "where table_schema like 'raw\\_%' escape '\\'"
    ).fetchall():
        found.setdefault((schema, table), {})[column] = kind
    return found


def _create_raw_table(connection: duckdb.DuckDBPyConnection, contract: Contract, existing: dict[str, str]) -> None:
    target = f"raw_{contract.vendor}.{quoted(contract.table)}"
    if not existing:
        columns = ", ".join(
            f"{quoted(column.name)} {column.physical_type}{' not null' if column.required else ''}"
            for column in contract.columns
        )
        connection.execute(f"create table {target} ({columns}, {LOAD_ID_COLUMN} varchar)")
        return
    for column in contract.columns:
        expected = _TYPE_NAMES.get(column.physical_type, column.physical_type)
        if column.name not in existing:
            logger.info("adding column %s to %s", column.name, target)
            connection.execute(f"alter table {target} add column {quoted(column.name)} {column.physical_type}")
        elif existing[column.name] != expected:
            raise WarehouseError(
                f"{target}.{column.name} is {existing[column.name]} in the warehouse; its contract "
                f"({contract.path.name} {contract.version}) expects {column.physical_type}. Restore the contract's "
                "type, or start with a new warehouse file."
            )
