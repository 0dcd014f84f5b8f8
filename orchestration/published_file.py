"""Marts of the warehouse → a new published DuckDB file, put into place in one step.

The file is built beside the old one, checkpointed, closed, synced and renamed, so a reader sees the last run or this
one, never half of either; a reader that has the old file open keeps it. It must never hold anything but schema `marts`.
"""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from data_contracts.forbidden import is_forbidden_column
from orchestration.published_schema import SCHEMA, create_described_table


@dataclass(frozen=True)
class PublishedTable:
    """One table that was written, with its rows."""

    name: str
    row_count: int


def build_beside(warehouse: Path, target: Path) -> tuple[Path, list[PublishedTable]]:
    """Write every mart into a new file beside `target`; nothing of `target` is touched.

    Shape: the new file's path and one entry per table. The new file has no write-ahead log and is on disk.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.new")
    remove_file(beside)
    tables: list[PublishedTable] = []
    with duckdb.connect(str(warehouse)) as connection:
        names = [
            row[0]
            for row in connection.execute(
                "select table_name from information_schema.tables "
                "where table_schema = ? and table_catalog = current_database() order by table_name",
                [SCHEMA],
            ).fetchall()
        ]
        connection.execute(f"attach '{_quoted(beside)}' as published")
        connection.execute(f"create schema published.{SCHEMA}")
        for name in names:
            create_described_table(connection, "published", name)
            connection.execute(f'insert into published.{SCHEMA}."{name}" from {SCHEMA}."{name}"')
            count = connection.execute(f'select count(*) from published.{SCHEMA}."{name}"').fetchall()[0][0]
            tables.append(PublishedTable(name, count))
        connection.execute("checkpoint published")
        connection.execute("detach published")
    _sync(beside)
    return beside, tables


def put_into_place(beside: Path, target: Path) -> None:
    """Rename the finished file over the published one; atomic on POSIX file systems."""
    os.replace(beside, target)
    _sync(target.parent)


def remove_file(file: Path) -> None:
    """Remove a database file and its write-ahead log where they are."""
    file.unlink(missing_ok=True)
    file.with_name(f"{file.name}.wal").unlink(missing_ok=True)


def forbidden_columns(file: Path) -> list[str]:
    """Columns of a finished file, in any schema, that could hold message content, as `schema.table.column`."""
    with duckdb.connect(str(file), read_only=True) as connection:
        rows = connection.execute(
            "select table_schema, table_name, column_name from information_schema.columns"
        ).fetchall()
    return [f"{schema}.{table}.{column}" for schema, table, column in rows if is_forbidden_column(column)]


def customer_count(file: Path) -> int | None:
    """Number of active customers in a published file, None where there is no such file or table yet.

    A company that is gone from the PSA keeps its row, inactive; `unassigned` is no customer.
    """
    if not file.exists():
        return None
    try:
        return _customer_count(file)
    except duckdb.IOException:
        # A reader that opened it for writing locks everybody out of the file, but nobody out of its bytes.
        copy = file.with_name(f".{file.name}.former")
        try:
            shutil.copyfile(file, copy)
            return _customer_count(copy)
        finally:
            remove_file(copy)


def missing_tables(tables: Sequence[PublishedTable], expected: Sequence[str]) -> list[str]:
    """Names of agreed tables that were not written."""
    written = {table.name for table in tables}
    return [name for name in expected if name not in written]


def _customer_count(file: Path) -> int | None:
    with duckdb.connect(str(file), read_only=True) as connection:
        known = connection.execute(
            "select 1 from information_schema.tables where table_schema = 'marts' and table_name = 'dim_customers'"
        ).fetchall()
        if not known:
            return None
        return connection.execute(
            "select count(*) from marts.dim_customers where is_active and customer_id <> 'unassigned'"
        ).fetchall()[0][0]


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
