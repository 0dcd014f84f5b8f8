"""Projected pages of one leg's table, collected until the leg has ended: in memory while few, else one Parquet file.

Nothing here reaches dlt before the last page. Pages may repeat a row (Graph replays them): the last one written wins.
LegReading.write → spooled rows, one per key, in landing columns
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data_contracts.contract import Contract
from ingestion.legs import IngestionError, LegKey, ScopeEnd
from ingestion.load.warehouse import quoted

MEMORY_ROWS = 5_000
ROW_GROUP_ROWS = 10_000
# Written once and read once, seconds later: encoding costs more than the bytes it saves.
PARQUET_OPTIONS = {"use_dictionary": False, "compression": "none", "write_statistics": False}
# Stamped on the rows that changed, when they are handed to dlt.
STAMPED_COLUMNS = ("_run_id", "_as_of_date", "_extracted_at", "is_removed", "removed_at")


@dataclass(frozen=True)
class SpooledRows:
    """Rows of one leg's table, unique by key: either `table` or the Parquet file `path` holds them."""

    contract: Contract
    key: LegKey
    row_count: int
    table: pa.Table | None = None
    path: Path | None = None

    def batches(self) -> Iterator[pa.Table]:
        """The rows in pieces of at most a row group."""
        if self.table is not None:
            yield self.table
        elif self.path is not None:
            with pq.ParquetFile(self.path) as file:
                for batch in file.iter_batches(ROW_GROUP_ROWS, use_threads=False):
                    yield pa.Table.from_batches([batch])

    def select(self, columns: Sequence[str]) -> pa.Table:
        """All rows, these columns only."""
        if self.table is not None:
            return self.table.select(list(columns))
        return pq.read_table(self.path, columns=list(columns), use_threads=False)


def landing_columns(contract: Contract) -> tuple[str, ...]:
    """The contract's columns that are known while a leg is read, in the contract's order."""
    return tuple(column.name for column in contract.columns if column.name not in STAMPED_COLUMNS)


def partition_value(contract: Contract, key: LegKey) -> str:
    """The value of the contract's partition column in every row of this leg."""
    return key.tenant_id if contract.partition == "tenant_id" else key.connection_id


class TableSpool:
    """Collects the pages of one (leg, table); only the leg's own thread may use it."""

    def __init__(self, contract: Contract, key: LegKey, path: Path) -> None:
        self._contract = contract
        self._key = key
        self._path = path
        self._schema = pa.schema([field for field in contract.arrow_schema() if field.name not in STAMPED_COLUMNS])
        self._constants = {"_connection_id": key.connection_id, contract.partition: partition_value(contract, key)}
        self._required = [
            column.name for column in contract.columns if column.required and column.name in self._schema.names
        ]
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

    def finish(self, connection: duckdb.DuckDBPyConnection, scopes: Sequence[ScopeEnd]) -> SpooledRows:
        """The rows of the scopes that ended, one per key."""
        self._land()
        if self._writer is None:
            table = pa.concat_tables(self._landed) if self._landed else self._schema.empty_table()
            self._landed = []
            table = _last_of_each_key(_within(table, scopes), self._contract.key)
            table = _without_removed(table, scopes, self._contract)
            return SpooledRows(self._contract, self._key, table.num_rows, table=table)
        self._flush()
        self._writer.close()
        self._writer = None
        row_count = self._deduplicate_file(connection, scopes)
        return SpooledRows(self._contract, self._key, row_count, path=self._path)

    def discard(self) -> None:
        """Nothing left of a leg that failed."""
        self._pages, self._landed = [], []
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        self._path.unlink(missing_ok=True)

    def _land(self) -> None:
        if not self._pages:
            return
        page = self._in_contract(pa.concat_tables(self._pages))
        self._pages, self._page_rows = [], 0
        self._landed.append(page)

    def _in_contract(self, rows: pa.Table) -> pa.Table:
        given = set(rows.column_names)
        columns = []
        for field in self._schema:
            if field.name in self._constants:
                columns.append(pa.repeat(pa.scalar(self._constants[field.name], field.type), rows.num_rows))
                continue
            if field.name not in given:
                raise self._breach(f"column {field.name} is absent from a page", "every column of the contract")
            column = rows.column(field.name)
            if column.type != field.type:
                column = self._cast(column, field)
            columns.append(column)
        unknown = given - set(self._schema.names)
        if unknown:
            raise self._breach(f"unknown column {sorted(unknown)[0]}", "no column beside the contract's")
        page = pa.table(columns, schema=self._schema)
        for name in self._required:
            null_count = page.column(name).null_count
            if null_count:
                raise self._breach(f"{null_count} rows of a page have no {name}", "a value in every row")
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
        tenant = f", tenant {self._key.tenant_id}" if self._key.tenant_id else ""
        return IngestionError(
            f"{self._key.vendor}/{self._contract.table}{tenant}: {found}; expected {expected} "
            f"({self._contract.path.name} {self._contract.version}). The rows of the last good load are kept.",
            error_class="contract_breach",
            advice="Compare the vendor's answer with the contract; report it if the vendor changed the field.",
        )

    def _flush(self) -> None:
        if self._writer is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = pq.ParquetWriter(self._path, self._schema, **PARQUET_OPTIONS)
        if self._landed:
            self._writer.write_table(pa.concat_tables(self._landed), row_group_size=ROW_GROUP_ROWS)
            self._landed = []

    def _removed_condition(self, connection: duckdb.DuckDBPyConnection, scopes: Sequence[ScopeEnd]) -> str:
        condition = ""
        for number, scope in enumerate(scopes):
            keys = removed_keys(self._contract, scope)
            if keys is not None:
                connection.register(f"removed_{number}", keys)
                match = " and ".join(f"gone.{quoted(name)} = page.{quoted(name)}" for name in keys.column_names)
                condition += f" and not exists (select 1 from removed_{number} as gone where {match})"
        return condition

    def _deduplicate_file(self, parent: duckdb.DuckDBPyConnection, scopes: Sequence[ScopeEnd]) -> int:
        connection = parent.cursor()
        try:
            return self._deduplicate(connection, scopes)
        finally:
            connection.close()

    def _deduplicate(self, connection: duckdb.DuckDBPyConnection, scopes: Sequence[ScopeEnd]) -> int:
        keys = ", ".join(quoted(name) for name in self._contract.key)
        source = f"read_parquet('{_literal(self._path)}', file_row_number = true) as page"
        condition, values = _scope_condition(scopes)
        condition += self._removed_condition(connection, scopes)
        found = connection.execute(
            f"select count(*), count(distinct ({keys})) from {source} where {condition}", values
        ).fetchone()
        kept = found[1] if found else 0
        if kept == self._row_count:
            return kept
        unique = self._path.with_suffix(".unique.parquet")
        columns = ", ".join(quoted(name) for name in self._schema.names)
        connection.execute(
            f"copy (select {columns} from {source} where {condition} "
            f"qualify row_number() over (partition by {keys} order by file_row_number desc) = 1) "
            f"to '{_literal(unique)}' (format parquet, compression uncompressed)",
            values,
        )
        unique.replace(self._path)
        return kept


def _scope_condition(scopes: Sequence[ScopeEnd]) -> tuple[str, list[str]]:
    if not scopes:
        return "false", []
    if any(not scope.where for scope in scopes):
        return "true", []
    arms = [" and ".join(f"{quoted(name)} = ?" for name in scope.where) for scope in scopes]
    values = [value for scope in scopes for value in scope.where.values()]
    return "(" + " or ".join(f"({arm})" for arm in arms) + ")", values


def _within(table: pa.Table, scopes: Sequence[ScopeEnd]) -> pa.Table:
    if any(not scope.where for scope in scopes):
        return table
    keep = pa.chunked_array([pa.repeat(False, table.num_rows)])
    for scope in scopes:
        inside = pa.chunked_array([pa.repeat(True, table.num_rows)])
        for name, value in scope.where.items():
            inside = pc.and_(inside, pc.fill_null(pc.equal(table.column(name), value), False))
        keep = pc.or_(keep, inside)
    return table.filter(keep)


def removed_keys(contract: Contract, scope: ScopeEnd) -> pa.Table | None:
    """Keys that the scope reports as removed, with the columns that bound the scope; the partition column left out."""
    if scope.removed_keys is None or not scope.removed_keys.num_rows:
        return None
    given = scope.removed_keys.column_names
    keys = scope.removed_keys.select([name for name in contract.key if name in given and name != contract.partition])
    for name, value in scope.where.items():
        if name not in keys.column_names:
            keys = keys.append_column(name, pa.repeat(pa.scalar(value), keys.num_rows))
    return keys


def _without_removed(table: pa.Table, scopes: Sequence[ScopeEnd], contract: Contract) -> pa.Table:
    for scope in scopes:
        keys = removed_keys(contract, scope)
        if keys is not None and table.num_rows:
            table = table.join(keys, keys=keys.column_names, join_type="left anti").cast(table.schema)
    return table


def _last_of_each_key(table: pa.Table, key: Sequence[str]) -> pa.Table:
    # The partition column is the same in every row of a leg.
    names = list(key[1:])
    if len(names) == 1:
        distinct = pc.count_distinct(table.column(names[0])).as_py()
    else:
        distinct = table.group_by(names).aggregate([]).num_rows
    if distinct == table.num_rows:
        return table
    numbered = table.select(names).append_column("row", pa.array(range(table.num_rows), pa.int64()))
    last = numbered.group_by(names).aggregate([("row", "max")]).column("row_max")
    return table.take(last.combine_chunks().sort())


def _literal(path: Path) -> str:
    return str(path).replace("'", "''")
