"""Projected pages of one leg's table, collected until the leg has ended: in memory while few, else one Parquet file.

Nothing here reaches dlt before the last page. Pages may repeat a row (Graph replays them): the last one written wins.
LegReading.write → spooled rows, one per key, in landing columns
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.legs import IngestionError, LegKey, ScopeEnd
from ingestion.load.layout import Layout
from ingestion.load.scopes import last_of_each_key, removed_keys, scope_condition, within, without_removed
from ingestion.load.warehouse import quoted, quoted_text

MEMORY_ROWS = 5_000
ROW_GROUP_ROWS = 10_000
# Written once and read once, seconds later: encoding costs more than the bytes it saves.
_PARQUET_OPTIONS = {"use_dictionary": False, "compression": "none", "write_statistics": False}


@dataclass(frozen=True)
class SpooledRows:
    """Rows of one leg's table, unique by key: either `table` or the Parquet file `path` holds them."""

    layout: Layout
    key: LegKey
    row_count: int
    table: pa.Table | None = None
    path: Path | None = None

    @property
    def partition(self) -> str:
        """The value of the partition column in all of the rows."""
        return self.layout.partition_of(self.key)

    def batches(self) -> Iterator[pa.Table]:
        """The rows in pieces of at most a row group."""
        if self.table is not None:
            yield self.table
        elif self.path is not None:
            with pq.ParquetFile(self.path, pre_buffer=False) as file:
                for batch in file.iter_batches(ROW_GROUP_ROWS, use_threads=False):
                    yield pa.Table.from_batches([batch])

    def select(self, columns: Sequence[str]) -> pa.Table:
        """All rows, these columns only."""
        if self.table is not None:
            return self.table.select(list(columns))
        return pq.read_table(self.path, columns=list(columns), use_threads=False)

    def on_disk(self, path: Path) -> "SpooledRows":
        """The same rows in a file, where memory held them."""
        if self.table is None:
            return self
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(self.table, path, row_group_size=ROW_GROUP_ROWS, **_PARQUET_OPTIONS)
        return SpooledRows(self.layout, self.key, self.row_count, path=path)

    def discard(self) -> None:
        """No file left of rows that change nothing."""
        if self.path is not None:
            self.path.unlink()


def no_rows(layout: Layout, key: LegKey) -> SpooledRows:
    """What is kept of a read that changes nothing."""
    return SpooledRows(layout, key, 0, table=layout.empty)


class TableSpool:
    """Collects the pages of one (leg, table); only the leg's own thread may use it."""

    def __init__(self, layout: Layout, key: LegKey, path: Path) -> None:
        self.path = path
        self._layout = layout
        self._key = key
        self._constants = {"_connection_id": key.connection_id, layout.partition: layout.partition_of(key)}
        self._pages: list[pa.Table] = []
        self._page_rows = 0
        self._landed: list[pa.Table] = []
        self._row_count = 0
        self._writer: pq.ParquetWriter | None = None

    def append(self, rows: pa.Table) -> None:
        """One page more.

        Errors: IngestionError `contract_breach` for a column that is absent, unknown, of another type, or null where
        the contract requires a value; at the latest when the spool is finished.
        """
        if self._pages and self._pages[0].schema != rows.schema:
            self._land()
        self._pages.append(rows)
        self._page_rows += rows.num_rows
        self._row_count += rows.num_rows
        # Vendors' pages are small, and each Arrow call costs as much as a hundred rows.
        if self._page_rows > MEMORY_ROWS:
            self._land()
            self._flush()

    @property
    def pages(self) -> pa.Table | None:
        """All pages as they came, while they are few and alike; else None."""
        if self._landed or self._writer is not None or not self._pages:
            return None
        return pa.concat_tables(self._pages)

    def finish(self, connection: duckdb.DuckDBPyConnection, scopes: Sequence[ScopeEnd]) -> SpooledRows:
        """The rows of the scopes that ended, one per key.

        Errors: as append.
        """
        self._land()
        if self._writer is None:
            table = pa.concat_tables(self._landed) if self._landed else self._layout.landing.empty_table()
            self._landed = []
            table = last_of_each_key(within(table, scopes), self._layout.key)
            table = without_removed(table, scopes, self._layout)
            return SpooledRows(self._layout, self._key, table.num_rows, table=table)
        self._flush()
        self._writer.close()
        self._writer = None
        cursor = connection.cursor()
        try:
            row_count = self._deduplicate(cursor, scopes)
        finally:
            cursor.close()
        return SpooledRows(self._layout, self._key, row_count, path=self.path)

    def discard(self) -> None:
        """Nothing left of a leg that failed."""
        self._pages, self._landed = [], []
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        self.path.unlink(missing_ok=True)

    def _land(self) -> None:
        if not self._pages:
            return
        page = self._in_contract(pa.concat_tables(self._pages))
        self._pages, self._page_rows = [], 0
        self._landed.append(page)

    def _in_contract(self, rows: pa.Table) -> pa.Table:
        given = set(rows.column_names)
        columns = []
        for field in self._layout.landing:
            if field.name in self._constants:
                columns.append(pa.repeat(pa.scalar(self._constants[field.name], field.type), rows.num_rows))
                continue
            if field.name not in given:
                raise self._breach(f"column {field.name} is absent from a page", "every column of the contract")
            column = rows.column(field.name)
            if column.type != field.type:
                column = self._cast(column, field)
            columns.append(column)
        unknown = given - set(self._layout.landing.names)
        if unknown:
            raise self._breach(f"unknown column {sorted(unknown)[0]}", "no column beside the contract's")
        page = pa.table(columns, schema=self._layout.landing)
        for name in self._layout.required:
            null_count = page.column(name).null_count
            if null_count:
                raise self._breach(f"{null_count} rows have no {name}", "a value in every row")
        return page

    def _cast(self, column: pa.ChunkedArray, field: pa.Field) -> pa.ChunkedArray:
        try:
            return column.cast(field.type)
        except pa.ArrowInvalid:
            # pyarrow's text quotes the value, which may not reach a log.
            raise self._breach(
                f"a value of column {field.name} ({column.type}) does not fit", f"values that fit {field.type}"
            ) from None

    def _breach(self, found: str, expected: str) -> IngestionError:
        contract = self._layout.contract
        tenant = f", tenant {self._key.tenant_id}" if self._key.tenant_id else ""
        return IngestionError(
            f"{self._key.vendor}/{contract.table}{tenant}: {found}; expected {expected} "
            f"({contract.path.name} {contract.version}). The rows of the last good load are kept.",
            error_class="contract_breach",
            advice="Compare the vendor's answer with the contract; report it if the vendor changed the field.",
        )

    def _flush(self) -> None:
        if self._writer is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = pq.ParquetWriter(self.path, self._layout.landing, **_PARQUET_OPTIONS)
        if self._landed:
            self._writer.write_table(pa.concat_tables(self._landed), row_group_size=ROW_GROUP_ROWS)
            self._landed = []

    def _deduplicate(self, cursor: duckdb.DuckDBPyConnection, scopes: Sequence[ScopeEnd]) -> int:
        """Leaves the last row of each key in the file; how many there are."""
        keys = ", ".join(quoted(name) for name in self._layout.key if name != self._layout.partition)
        source = f"read_parquet({quoted_text(self.path)}, file_row_number = true) as page"
        condition, values = scope_condition(scopes)
        for number, scope in enumerate(scopes):
            gone = removed_keys(self._layout, scope)
            if gone is not None:
                cursor.register(f"removed_{number}", gone)
                match = " and ".join(f"gone.{quoted(name)} = page.{quoted(name)}" for name in gone.column_names)
                condition += f" and not exists (select 1 from removed_{number} as gone where {match})"
        found = cursor.execute(f"select count(distinct ({keys})) from {source} where {condition}", values).fetchone()
        kept = found[0] if found else 0
        if kept == self._row_count:
            return kept
        unique = self.path.with_suffix(".unique.parquet")
        columns = ", ".join(quoted(name) for name in self._layout.landing.names)
        cursor.execute(
            f"copy (select {columns} from {source} where {condition} "
            f"qualify row_number() over (partition by {keys} order by file_row_number desc) = 1) "
            f"to {quoted_text(unique)} (format parquet, compression uncompressed)",
            values,
        )
        unique.replace(self.path)
        return kept
