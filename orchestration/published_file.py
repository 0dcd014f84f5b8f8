"""Marts of the warehouse → a new published DuckDB file, put into place in one step.

The file is built beside the old one, checkpointed, closed, synced and put into place, so a reader sees the last run or
this one, never half of either; a reader that has the old file open keeps it. It must never hold anything but schema
`marts`.
"""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from data_contracts.forbidden import is_forbidden_column
from orchestration.errors import OrchestrationError
from orchestration.publications import (
    current_publication,
    lead_to,
    new_publication,
    prune,
    publications,
    publications_folder,
    remove_log,
    sync,
)
from orchestration.published_schema import SCHEMA, create_described_table

_WRITE_BITS = 0o222
# Table → its rows, and the sum of their hashes.
Fingerprint = dict[str, tuple[int, int | None]]


class PublishedFileChanged(OrchestrationError):
    """The file in place shows other rows than those that were checked."""


@dataclass(frozen=True)
class Placing:
    """How a finished file is put into place.

    run_id: the publication's name; empty for a file that is no publication. file_mode: of [warehouse]. kept:
    publications that stay, this one included.
    """

    file_mode: int
    run_id: str = ""
    kept: int = 1

    @property
    def mode(self) -> int:
        """The mode of a finished file: nobody may write to it."""
        return self.file_mode & ~_WRITE_BITS

    @property
    def folder_mode(self) -> int:
        """The mode of its folders: whoever may read the file may look into them."""
        return folder_mode(self.file_mode)


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
    sync(beside)
    return beside, tables


def put_into_place(beside: Path, target: Path, placing: Placing) -> None:
    """Put the finished file where readers find it, in one step, and hold it against what was checked.

    Errors: PublishedFileChanged where the file in place does not show the same rows; the former one is back then.
    """
    checked = fingerprint(beside)
    beside.chmod(placing.mode)
    sync(beside)
    former = current_publication(target)
    if placing.run_id:
        file = new_publication(target, placing.run_id, placing.folder_mode)
        _let_through(target.parent, placing.folder_mode)
        os.replace(beside, file)
        for folder in (file.parent, publications_folder(target)):
            sync(folder)
        lead_to(target, file)
    else:
        # Laid over the new file, it would change what was checked, for readers too.
        remove_log(target)
        os.replace(beside, target)
        sync(target.parent)
    _hold_against(target, checked, former)
    if placing.run_id:
        prune(target, placing.kept)


def _hold_against(target: Path, checked: Fingerprint, former: Path | None) -> None:
    try:
        shown = fingerprint(target)
    except duckdb.Error:
        shown = {}
    if shown == checked:
        return
    differing = sorted(name for name in {*shown, *checked} if shown.get(name) != checked.get(name))
    if former is not None and former.is_file():
        lead_to(target, former)
    raise PublishedFileChanged(
        f"{target}: found other rows in place than those that were checked ({', '.join(differing[:5])}). Expected the "
        "same; another program wrote there, or the disk is faulty. "
        + ("The copy before it is in place again. " if former is not None else "")
        + "Close programs that open the published copy for writing, look at the disk, then run again."
    )


def fingerprint(file: Path) -> Fingerprint:
    """Rows of every published table of a file and the sum of their hashes: equal for equal rows in any order.

    Errors: duckdb.Error for a file that cannot be read.
    """
    with duckdb.connect(str(file), read_only=True) as connection:
        names = connection.execute(
            "select table_name from information_schema.tables where table_schema = ?", [SCHEMA]
        ).fetchall()
        return {
            name: connection.execute(f'select count(*), sum(hash(rows)) from {SCHEMA}."{name}" as rows').fetchall()[0]
            for (name,) in names
        }


def _let_through(folder: Path, mode: int) -> None:
    """Let whoever may read the published copy pass through the folder above it, and not look into it."""
    held = folder.stat().st_mode & 0o7777
    wanted = held | mode & 0o011
    if wanted != held:
        folder.chmod(wanted)


def folder_mode(file_mode: int) -> int:
    """The mode of a folder for files of this mode: its owner's, and open to all who may read them."""
    return 0o700 | (file_mode & 0o044) | (file_mode & 0o044) >> 2


def remove_file(file: Path) -> None:
    """Remove a database file and its write-ahead log where they are."""
    file.unlink(missing_ok=True)
    remove_log(file)


def forbidden_columns(file: Path) -> list[str]:
    """Columns of a finished file, in any schema, that could hold message content, as `schema.table.column`."""
    with duckdb.connect(str(file), read_only=True) as connection:
        rows = connection.execute(
            "select table_schema, table_name, column_name from information_schema.columns"
        ).fetchall()
    return [f"{schema}.{table}.{column}" for schema, table, column in rows if is_forbidden_column(column)]


@dataclass(frozen=True)
class FormerCount:
    """Active customers of the last published copy: None where there is none. problem: why it, or an older, counts."""

    customers: int | None
    problem: str = ""


def former_count(published: Path) -> FormerCount:
    """The customers that the last readable published copy has; a copy that cannot be read is no copy."""
    if not published.exists():
        return FormerCount(None)
    problem = ""
    for file in dict.fromkeys((published, *publications(published)[1:])):
        try:
            return FormerCount(customer_count(file), problem)
        except duckdb.Error as error:
            if not problem:
                problem = (
                    f"{published}: the published copy of the run before could not be read "
                    f"({type(error).__name__}); it counted as none and was replaced"
                )
    return FormerCount(None, problem)


def customer_count(file: Path) -> int | None:
    """Number of active customers in a published file, None where it has no such table yet.

    A company that is gone from the PSA keeps its row, inactive; `unassigned` is no customer.
    Errors: duckdb.Error for a file that is damaged, or none of DuckDB's.
    """
    if not file.resolve().with_name(f"{file.resolve().name}.wal").exists():
        try:
            return _customer_count(file)
        except duckdb.IOException:
            # A reader that opened it for writing locks everybody out of the file, but nobody out of its bytes.
            pass
    # Nor is what somebody else wrote next to the file any part of what was published.
    copy = file.with_name(f".{file.name}.former")
    try:
        shutil.copyfile(file, copy)
        copy.chmod(0o600)
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
