"""A LegReading in memory, for tests of vendor packages without the load path."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import pyarrow as pa

from data_contracts.contract import raw_contract
from ingestion.legs import IngestionError, Leg, LegEnd, LegKey, LegStats


@dataclass
class MemoryReading:
    """Keeps what a leg writes; `others` are the rows of legs that it may look at, `failures` of those without any."""

    key: LegKey
    as_of: date = date(2026, 10, 20)
    started_at: datetime = datetime(2026, 10, 20, 6, tzinfo=UTC)
    full_refresh: bool = False
    cursors: dict[str, str | None] = field(default_factory=dict)
    others: dict[str, pa.Table] = field(default_factory=dict)
    changed: dict[str, pa.Table] = field(default_factory=dict)
    failures: dict[str, IngestionError] = field(default_factory=dict)
    known_answer: list[bytes] | None = None
    stats: LegStats = field(default_factory=LegStats)
    written: dict[str, list[pa.Table]] = field(default_factory=lambda: defaultdict(list))

    def cursor(self, scope: str = "") -> str | None:
        """The stored cursor, unless everything is read anew."""
        return None if self.full_refresh else self.cursors.get(scope)

    def write(self, rows: pa.Table, table: str | None = None) -> None:
        """Keep the rows, held against the contract's columns and types."""
        name = table or self.key.table
        contract = raw_contract(self.key.vendor, name)
        for column in rows.schema:
            assert column.type == contract.column(column.name).arrow_type, column
        self.written[name].append(rows)

    def recognises(self, question: str, answer: Sequence[bytes]) -> bool:
        """Only where the test says that these bytes are stored."""
        return [bytes(page) for page in answer] == self.known_answer

    def forget(self, table: str | None = None) -> None:
        """Nothing left of what was written."""
        for name in [table] if table is not None else list(self.written):
            self.written.pop(name, None)

    def rows(self, key: LegKey, columns: Sequence[str]) -> pa.Table:
        """Rows of another leg, or why it has none."""
        if key.table in self.failures:
            raise self.failures[key.table]
        return self.others[key.table].select(list(columns))

    def changed_rows(self, key: LegKey, columns: Sequence[str]) -> pa.Table:
        """Changed rows of another leg."""
        return self.changed[key.table].select(list(columns))

    def table(self, name: str | None = None) -> pa.Table:
        """Everything written to a table, in order."""
        return pa.concat_tables(self.written[name or self.key.table])

    def values(self, column: str, name: str | None = None) -> list:
        """One column of everything written."""
        return self.table(name).column(column).to_pylist()


def leg_of(legs: Sequence[Leg], table: str, tenant_id: str = "") -> Leg:
    """The leg of a table, of a tenant where one is named."""
    return next(leg for leg in legs if leg.key.table == table and tenant_id in ("", leg.key.tenant_id))


def read(leg: Leg, **values: object) -> tuple[MemoryReading, LegEnd]:
    """Run a leg's read in memory."""
    reading = MemoryReading(leg.key, **values)
    return reading, leg.read(reading)
