"""What a leg's read function holds while it reads: where rows go, what was stored before, rows of other legs.

leg.read(reading) → pages in spools, by table
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa

from ingestion.legs import IngestionError, LegKey, LegStats
from ingestion.load.context import LegProgress, RunContext
from ingestion.load.digest import Fingerprint, answer_digest
from ingestion.load.layout import layout_of
from ingestion.load.spool import TableSpool
from ingestion.load.state import StateKey, StateValue

RowsOf = Callable[[LegKey, Sequence[str], bool], pa.Table]


class SpooledReading:
    """One leg's `LegReading`: pages go to spools, cursors come from the stored state.

    answer: fingerprint of the bytes that the leg was asked to recognise, empty for none. is_recognised: they are those
    of the stored rows.
    """

    def __init__(
        self,
        key: LegKey,
        children: Sequence[str],
        run: RunContext,
        state: Mapping[StateKey, StateValue],
        folder: Path,
        rows_of: RowsOf,
    ) -> None:
        self.key = key
        self.stats = LegStats()
        self.as_of: date = run.as_of
        self.started_at: datetime = run.started_at
        self.full_refresh = run.full_refresh
        self._run = run
        self._state = state
        self._rows_of = rows_of
        self._folder = folder
        self._row_counts = dict.fromkeys((key.table, *children), 0)
        self._has_children = bool(children)
        self.answer = ""
        self.is_recognised = False
        self.spools = {table: self._empty_spool(table) for table in (key.table, *children)}

    def cursor(self, scope: str = "") -> str | None:
        """The stored cursor of a scope, None on the first read or a full refresh."""
        if self.full_refresh:
            return None
        value = self._state.get(StateKey(self.key, scope))
        return value.cursor if value else None

    def write(self, rows: pa.Table, table: str | None = None) -> None:
        """One projected page into the spool of the leg's own table, or of one of its child tables."""
        name = table or self.key.table
        if name not in self.spools:
            raise IngestionError(
                f"{self.key.vendor}/{self.key.table}: wrote rows for {name}; expected one of {', '.join(self.spools)}.",
                error_class="internal_error",
                advice="Report this as a defect of Tenantry: the leg does not declare that child table.",
            )
        self.spools[name].append(rows)
        self._row_counts[name] += rows.num_rows
        if name == self.key.table:
            self._run.on_progress(LegProgress(self.key, "rows", self._row_counts[name]))
        self._run.on_stage("extracting")

    def recognises(self, question: str, answer: Sequence[bytes]) -> bool:
        """Whether the stored rows were read from exactly this answer; the counters then tell the rows that it has."""
        if self._has_children or not answer:
            # Children's rows may have failed where the leg's own were stored.
            self.answer = ""
            return False
        self.answer = answer_digest(question, answer, layout_of(self.key.vendor, self.key.table))
        value = self._state.get(StateKey(self.key))
        known = Fingerprint.parse(value.digest if value is not None and not self.full_refresh else None)
        self.is_recognised = known.is_of_answer(self.answer)
        if self.is_recognised:
            self.stats.rows_read, self.stats.rows_dropped = known.rows_read, known.rows_dropped
            self._row_counts[self.key.table] = known.rows_read - known.rows_dropped
        return self.is_recognised

    def forget(self, table: str | None = None) -> None:
        """Drop what was written so far, of one table or of all."""
        for name in [table] if table is not None else list(self.spools):
            self.spools[name].discard()
            self.spools[name] = self._empty_spool(name)
            self._row_counts[name] = 0

    def rows(self, key: LegKey, columns: Sequence[str]) -> pa.Table:
        """Current rows of another leg: of this run where it was read already, else the last good ones."""
        return self._rows_of(key, columns, False)

    def changed_rows(self, key: LegKey, columns: Sequence[str]) -> pa.Table:
        """Rows of a needed leg that this run found new or changed."""
        return self._rows_of(key, columns, True)

    def row_count(self, table: str) -> int:
        """Rows written for a table so far, repeats counted."""
        return self._row_counts[table]

    def discard(self) -> None:
        """Nothing left of a read that failed."""
        for spool in self.spools.values():
            spool.discard()

    def _empty_spool(self, table: str) -> TableSpool:
        path = self._folder / f"{table}.parquet"
        return TableSpool(layout_of(self.key.vendor, table), replace(self.key, table=table), path)
