"""The doctor's rows about this machine's disk: writable folders, room for a run, readable files.

It writes nothing: folders are asked for the right to write, files are opened read-only and every block is read, which
DuckDB holds against its checksum.
"""

import os
import shutil
import threading
from collections.abc import Generator, Iterator
from pathlib import Path

import duckdb

from orchestration.doctor_check import Check, State
from orchestration.settings_schema import Settings

MEGABYTE = 1_000_000
# A first run has nothing to go by; the demo's warehouse with its history needs half of it.
FIRST_RUN_BYTES = 200 * MEGABYTE
# Below this many runs' worth of room a person should act before it is urgent.
COMFORTABLE_RUNS = 3
READ_SECONDS = 30.0
DAMAGED = "cannot be read: it is damaged or no DuckDB file"


def storage_checks(settings: Settings) -> Iterator[Check]:
    """Rows for the folders that a run writes, the disk, the warehouse file and the published copy."""
    warehouse, published = settings.warehouse.path, settings.warehouse.published
    folders = dict.fromkeys(_existing(folder) for folder in (warehouse.parent, published.parent, settings.dagster_home))
    for folder in folders:
        yield _folder_check(folder)
    growth = yield from _warehouse_check(warehouse)
    yield from _published_check(published)
    yield _disk_check(_existing(warehouse.parent), _needed_bytes(published, growth))


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists: there the run would make it."""
    return next(found for found in (folder, *folder.parents) if found.exists())


def _folder_check(folder: Path) -> Check:
    if not folder.is_dir():
        found, remedy = "is no folder", "Correct [warehouse] path or published."
    elif os.statvfs(folder).f_flag & os.ST_RDONLY:
        found, remedy = "lies on a disk that is mounted read-only", "Mount it writable, or change [warehouse] path."
    elif not os.access(folder, os.W_OK | os.X_OK):
        found, remedy = "may not be written by this user", "Give this user the right to write, or change the path."
    else:
        return Check(State.OK, "folder", folder.name or str(folder), "can be written")
    return Check(State.ERROR, "folder", folder.name or str(folder), found, remedy)


def _needed_bytes(published: Path, growth: int | None) -> int:
    """Room for one run: a new published copy next to the old one, and as much growth as the last run had."""
    if growth is None:
        return FIRST_RUN_BYTES
    return (published.stat().st_size if published.is_file() else 0) + max(growth, 0)


def _disk_check(folder: Path, needed: int) -> Check:
    free = shutil.disk_usage(folder).free
    details = {"free_bytes": free, "needed_bytes": needed}
    found = f"{free / MEGABYTE:,.0f} MB free; a run like the last one needs {needed / MEGABYTE:,.0f} MB"
    if free < needed:
        return Check(State.ERROR, "disk", folder.name, found, "Free disk space before the next run.", details)
    if free < COMFORTABLE_RUNS * needed:
        return Check(State.WARNING, "disk", folder.name, found, "Free disk space soon.", details)
    return Check(State.OK, "disk", folder.name, found, details=details)


def _warehouse_check(file: Path) -> Generator[Check, None, int | None]:
    """The row of the writer's file; returns how much the last run let it grow, in bytes; None where nobody knows."""
    if not file.is_file():
        yield Check(State.NOTE, "warehouse", file.name, "does not exist yet; the first run makes it")
        return None
    growth = None
    try:
        with duckdb.connect(str(file), read_only=True) as connection:
            part = _read_all(connection)
            growth = _growth(connection, file)
    except duckdb.Error as error:
        if "set lock on file" in str(error).lower():
            yield Check(State.NOTE, "warehouse", file.name, "a run writes it now; it was not examined")
        else:
            yield Check(State.ERROR, "warehouse", file.name, DAMAGED, "Restore a backup of the warehouse file.")
        return growth
    yield Check(State.OK, "warehouse", file.name, part or "every table can be read")
    return growth


def _published_check(file: Path) -> Iterator[Check]:
    if not file.is_file():
        yield Check(State.NOTE, "published", file.name, "does not exist yet; the first run publishes it")
        return
    try:
        with duckdb.connect(str(file), read_only=True) as connection:
            found = _read_all(connection)
    except duckdb.Error:
        remedy = "Publish again with `tenantry publish`; the warehouse has everything."
        yield Check(State.ERROR, "published", file.name, DAMAGED, remedy)
        return
    yield Check(State.OK, "published", file.name, found or "every table can be read")


def _read_all(connection: duckdb.DuckDBPyConnection) -> str | None:
    """Read every row of every table within the time limit; None when all was read, else how much was."""
    tables = connection.execute(
        "select database_name, schema_name, table_name from duckdb_tables() where not internal order by all"
    ).fetchall()
    timer = threading.Timer(READ_SECONDS, connection.interrupt)
    timer.start()
    try:
        for count, (database, schema, table) in enumerate(tables):
            try:
                connection.execute(f'select sum(hash(rows)) from "{database}"."{schema}"."{table}" as rows').fetchall()
            except duckdb.InterruptException:
                return f"read {count} of {len(tables)} tables in {READ_SECONDS:.0f} s; those are sound"
    finally:
        timer.cancel()
    return None


def _growth(connection: duckdb.DuckDBPyConnection, file: Path) -> int | None:
    try:
        row = connection.execute(
            "select warehouse_bytes from ops.runs where warehouse_bytes is not null order by started_at desc limit 1"
        ).fetchone()
    except duckdb.CatalogException:
        return None
    return None if row is None else file.stat().st_size - row[0]
