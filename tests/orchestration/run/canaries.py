"""Looks for the simulator's canaries, or another text, in every byte below a folder, in any case of its letters: files
as they lie, what is packed in them, and every table of every DuckDB file.
"""

import gzip
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

CANARIES = ("CANARY-BODY", "CANARY-PRIVATE", "CANARY-UNMATCHED")
# Some of these strings may be cut by a column store; a cut one must be found as well.
SHORTEST = "CANARY-"


def traces(folder: Path, scratch: Path, text: str = SHORTEST) -> list[str]:
    """Places below the folder that hold the text; `scratch` is for copies, since opening a database may change it.

    Errors: none; a file that is no database of any kind is searched as bytes alone.
    """
    found: list[str] = []
    for file in sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()):
        name = str(file.relative_to(folder))
        if any(text.lower().encode() in part.lower() for part in _bytes_of(file)):
            found.append(name)
        if file.suffix == ".duckdb" or file.name.endswith(".duckdb.new"):
            found += [f"{name}: {place}" for place in _tables_with(text, file, scratch)]
    return found


def _bytes_of(file: Path) -> Iterator[bytes]:
    content = file.read_bytes()
    yield content
    if content[:2] == b"\x1f\x8b":
        yield gzip.decompress(content)
    elif content[:1] == b"\x78":
        try:
            yield zlib.decompress(content)
        except zlib.error:
            return  # a text that begins with x
    elif content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(file) as archive:
            yield from (archive.read(name) for name in archive.namelist())
    elif content[:4] == b"PAR1" and content[-4:] == b"PAR1":
        yield str(pq.read_table(file).to_pydict()).encode()


def _tables_with(text: str, file: Path, scratch: Path) -> list[str]:
    copied = scratch / "searched.duckdb"
    log = file.with_name(f"{file.name}.wal")
    shutil.copyfile(file, copied)
    if log.exists():
        shutil.copyfile(log, copied.with_name(f"{copied.name}.wal"))
    try:
        with duckdb.connect(str(copied)) as connection:
            columns = connection.execute(
                "select schema_name, table_name, list(column_name order by column_index) from duckdb_columns() "
                "where not internal and table_oid in (select table_oid from duckdb_tables()) group by all order by all"
            ).fetchall()
            return [
                f"{schema}.{table}"
                for schema, table, names in columns
                if _holds(connection, text, f'"{schema}"."{table}"', names)
            ]
    finally:
        copied.unlink(missing_ok=True)
        copied.with_name(f"{copied.name}.wal").unlink(missing_ok=True)


def _holds(connection: duckdb.DuckDBPyConnection, text: str, table: str, columns: list[str]) -> bool:
    row = ", ".join(f'"{name}"::varchar' for name in columns)
    sql = f"select count(*) from {table} where contains(lower(concat_ws(' ', {row})), ?)"
    return connection.execute(sql, [text.lower()]).fetchall()[0][0] > 0
