"""A file's rows copied into a new file that takes its place, so that nothing of a deleted row is left in it.

DuckDB keeps deleted rows in free blocks of the file and in its write-ahead log until something overwrites them. The new
file is complete and on disk before the rename, so a kill leaves the old file or the new one; run again to go on.
"""

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.load.warehouse import quoted, quoted_text
from orchestration.privacy.mail_tables import PREVIEW, TextTable
from orchestration.publications import (
    current_publication,
    lead_to,
    new_publication,
    publications_folder,
    remove_log,
    renewed_name,
    sync,
)

SUFFIX = ".rewrite"


def rewrite_database(
    file: Path, gone: Mapping[TextTable, Sequence[int]] | None = None, *, has_preview: bool = True
) -> None:
    """The same schemas, tables, constraints and views, without the rows whose ids are in `gone`.

    has_preview: False blanks the previews of every mail table.
    """
    settle(file)
    # Renamed over a link, the new file would take the link's place and leave the old rows where it led.
    file = file.resolve()
    _take_place(_rewritten(file, gone, has_preview), file)
    remove_rewrite(file)


def rewrite_publication(
    file: Path, stable: Path, gone: Mapping[TextTable, Sequence[int]], *, has_preview: bool, mode: int
) -> None:
    """The same for a publication: a new one without these rows takes its place, because none is ever changed.

    mode: of the folders. What others have written next to the old one goes with it, unread.
    """
    remove_log(file)
    was_current = current_publication(stable) == file
    beside = _rewritten(file, gone, has_preview)
    shutil.copymode(file, beside)
    sync(beside)
    new = new_publication(stable, renewed_name(file), mode)
    os.replace(beside, new)
    for folder in (new.parent, publications_folder(stable)):
        sync(folder)
    if was_current:
        lead_to(stable, new)
    shutil.rmtree(file.parent)
    sync(publications_folder(stable))


def _rewritten(file: Path, gone: Mapping[TextTable, Sequence[int]] | None, has_preview: bool) -> Path:
    beside = _beside(file)
    remove_rewrite(file)
    left_out = {(table.schema, table.name): rows for table, rows in (gone or {}).items() if rows}
    with duckdb.connect() as connection:
        # A large copy may spill, and what it spills must lie where a killed rewrite is cleaned up.
        connection.execute(f"set temp_directory = {quoted_text(_spill(file))}")
        connection.execute("set threads = 2")
        connection.execute(f"attach {quoted_text(file)} as former (read_only)")
        connection.execute(f"attach {quoted_text(beside)} as latter")
        connection.execute("copy from database former to latter (schema)")
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'former' and not internal"
        ).fetchall()
        for schema, name in tables:
            source = f"{quoted(schema)}.{quoted(name)}"
            rows = left_out.get((schema, name), ())
            connection.register("gone_rows", pa.table({"number": pa.array(rows, pa.int64())}))
            where = " where rowid not in (select number from gone_rows)" if rows else ""
            columns = "*" if has_preview else _blanked(connection, schema, name)
            connection.execute(f"insert into latter.{source} select {columns} from former.{source}{where}")
            connection.unregister("gone_rows")
        connection.execute("checkpoint latter")
        connection.execute("detach latter")
    return beside


def rewrite_parquet(file: Path, rows: pa.Table) -> None:
    """An export with these rows instead of its own."""
    file = file.resolve()
    beside = _beside(file)
    beside.unlink(missing_ok=True)
    pq.write_table(rows, beside)
    _take_place(beside, file)


def settle(file: Path) -> None:
    """The file without a write-ahead log: one that a killed process left is applied, never laid over the new file."""
    if _log(file).exists():
        with duckdb.connect(str(file)) as connection:
            connection.execute("checkpoint")


def remove_rewrite(file: Path) -> None:
    """Nothing left of a rewrite of this file that was killed."""
    beside = _beside(file)
    beside.unlink(missing_ok=True)
    _log(beside).unlink(missing_ok=True)
    shutil.rmtree(_spill(file), ignore_errors=True)


def _blanked(connection: duckdb.DuckDBPyConnection, schema: str, name: str) -> str:
    kinds = dict(
        connection.execute(
            "select column_name, data_type from duckdb_columns() "
            "where database_name = 'former' and schema_name = ? and table_name = ?",
            [schema, name],
        ).fetchall()
    )
    table = TextTable(schema, name, tuple(kinds))
    return f"* replace (null::{kinds[PREVIEW]} as {PREVIEW})" if table.is_mail and PREVIEW in kinds else "*"


def _take_place(beside: Path, file: Path) -> None:
    shutil.copymode(file, beside)
    sync(beside)
    os.replace(beside, file)
    sync(file.parent)


def _beside(file: Path) -> Path:
    return file.with_name(f".{file.name}{SUFFIX}")


def _spill(file: Path) -> Path:
    return file.with_name(f".{file.name}{SUFFIX}.tmp")


def _log(file: Path) -> Path:
    return file.with_name(f"{file.name}.wal")
