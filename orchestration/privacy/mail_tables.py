"""Which tables and exports hold mail and calendar data, and which of their rows must go.

A table of such data has a column `mailbox`: raw, staged and published ones alike, and the list of mailboxes itself,
which may name one that is not listed any more.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.load.warehouse import quoted

MAILBOX, PREVIEW = "mailbox", "preview"
_BATCH_ROWS = 10_000


@dataclass(frozen=True)
class TextTable:
    """A stored table with those of its columns that hold text, nested ones included."""

    schema: str
    name: str
    columns: tuple[str, ...]

    @property
    def place(self) -> str:
        """How receipts call it."""
        return f"{self.schema}.{self.name}"

    @property
    def is_mail(self) -> bool:
        """Whether its rows are mails or meetings, or mailboxes that hold them."""
        return MAILBOX in self.columns


@dataclass(frozen=True)
class Sieve:
    """Which rows of mail and calendar data must go.

    is_gone: judges a row by its texts. has_preview: False blanks every preview of the rows that stay.
    """

    is_gone: Callable[[Mapping[str, str | None]], bool]
    has_preview: bool = True


def text_tables(connection: duckdb.DuckDBPyConnection, catalog: str) -> list[TextTable]:
    """Every stored table of an attached file that has text."""
    rows = connection.execute(
        "select schema_name, table_name, list(column_name order by column_index) from duckdb_columns() "
        "where database_name = ? and not internal and (data_type like '%VARCHAR%' or data_type like '%JSON%') "
        "and table_oid in (select table_oid from duckdb_tables() where database_name = ?) "
        "group by all order by all",
        [catalog, catalog],
    ).fetchall()
    return [TextTable(schema, name, tuple(columns)) for schema, name, columns in rows]


def gone_rows(connection: duckdb.DuckDBPyConnection, catalog: str, table: TextTable, sieve: Sieve) -> list[int]:
    """The row ids of the rows that must go; valid until the table changes."""
    return [number for number, row in _rows(connection, catalog, table) if sieve.is_gone(row)]


def holding_rows(
    connection: duckdb.DuckDBPyConnection, catalog: str, table: TextTable, address: str, sieve: Sieve
) -> int:
    """How many rows of any table the sieve would take, among those whose text has the address somewhere."""
    joined = ", ".join(f"{quoted(name)}::varchar" for name in table.columns)
    where = f"where contains(lower(concat_ws(' ', {joined})), ?)"
    return sum(sieve.is_gone(row) for _, row in _rows(connection, catalog, table, where, [address]))


def sift_parquet(file: Path, sieve: Sieve) -> tuple[pa.Table, int] | None:
    """What is left of an export of mail or calendar data, and how many rows are not.

    Shape: None for a file without such data, and where nothing changes.
    """
    if MAILBOX not in pq.read_schema(file).names:
        return None
    rows = pq.read_table(file)
    names = [field.name for field in rows.schema if _has_text(field.type)]
    stays = [
        not sieve.is_gone({name: value if value is None else _text(value) for name, value in row.items()})
        for row in rows.select(names).to_pylist()
    ]
    left = rows.filter(pa.array(stays, pa.bool_()))
    is_blanked = not sieve.has_preview and PREVIEW in names and left.column(PREVIEW).null_count < left.num_rows
    if is_blanked:
        place = left.column_names.index(PREVIEW)
        field = left.schema.field(place)
        left = left.set_column(place, field, pa.nulls(left.num_rows, field.type))
    if left.num_rows == rows.num_rows and not is_blanked:
        return None
    return left, rows.num_rows - left.num_rows


def _rows(
    connection: duckdb.DuckDBPyConnection,
    catalog: str,
    table: TextTable,
    where: str = "",
    values: Sequence[object] = (),
) -> Iterator[tuple[int, dict[str, str | None]]]:
    columns = ", ".join(f"{quoted(name)}::varchar" for name in table.columns)
    cursor = connection.cursor()
    try:
        source = f"{quoted(catalog)}.{quoted(table.schema)}.{quoted(table.name)}"
        cursor.execute(f"select rowid, {columns} from {source} {where}", list(values))
        while rows := cursor.fetchmany(_BATCH_ROWS):
            for number, *texts in rows:
                yield number, dict(zip(table.columns, texts, strict=True))
    finally:
        cursor.close()


def _has_text(kind: pa.DataType) -> bool:
    if pa.types.is_nested(kind):
        return any(_has_text(kind.field(place).type) for place in range(kind.num_fields))
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_dictionary(kind)


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
