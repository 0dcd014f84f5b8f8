"""Reads a vendor's legs side by side and holds their rows against contract and digest; one leg's failure is its own.

It must not write to the warehouse: legs → finished readings or errors, by leg.
"""

import logging
import queue
import traceback
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from data_contracts.contract import raw_contract
from ingestion.legs import IngestionError, Leg, LegEnd, LegKey, LegStats, LegStatus, ScopeEnd
from ingestion.load.changes import TableChanges, TableReading, find_changes
from ingestion.load.context import LegProgress, RunContext
from ingestion.load.digest import digest_of
from ingestion.load.overlay import changed_rows, current_rows, stored_count, stored_rows
from ingestion.load.reading import SpooledReading
from ingestion.load.state import StateKey, StateValue

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class LegOutcome:
    """One leg's finished attempt: its readings by table, or the error that ended it."""

    leg: Leg
    stats: LegStats
    row_counts: dict[str, int]
    started_at: datetime
    finished_at: datetime
    readings: dict[str, TableReading]
    problems: tuple[IngestionError, ...] = ()
    error: IngestionError | None = None


class VendorReader:
    """Reads the legs of one vendor for one run; rows of legs that have ended can be asked for."""

    def __init__(
        self,
        run: RunContext,
        connection: duckdb.DuckDBPyConnection,
        state: dict[StateKey, StateValue],
        folder: Path,
    ) -> None:
        self._run = run
        self._connection = connection
        self._state = state
        self._folder = folder
        self._readings: dict[LegKey, TableReading] = {}
        self.early_changes: dict[LegKey, TableChanges] = {}

    def read_all(self, legs: Sequence[Leg]) -> list[LegOutcome]:
        """Every leg's outcome, in the order given; a leg starts when those it needs have ended."""
        places = {leg.key: place for place, leg in enumerate(legs)}
        waiting = {leg.key: {key for key in leg.needs if key in places and key != leg.key} for leg in legs}
        followers: dict[LegKey, list[LegKey]] = {}
        for key, needs in waiting.items():
            for needed in needs:
                followers.setdefault(needed, []).append(key)
        _refuse_circles(waiting)
        outcomes: dict[LegKey, LegOutcome] = {}
        ended: queue.SimpleQueue[LegOutcome | BaseException] = queue.SimpleQueue()
        executor = ThreadPoolExecutor(max_workers=self._run.connections, thread_name_prefix="leg")

        def work(leg: Leg) -> None:
            try:
                ended.put(self._read(leg, places[leg.key]))
            except BaseException as error:
                ended.put(error)

        try:
            for leg in legs:
                if not waiting[leg.key]:
                    executor.submit(work, leg)
            while len(outcomes) < len(legs):
                outcome = ended.get()
                if isinstance(outcome, BaseException):
                    raise outcome
                key = outcome.leg.key
                outcomes[key] = outcome
                for follower in followers.get(key, ()):
                    waiting[follower].discard(key)
                    if not waiting[follower]:
                        executor.submit(work, legs[places[follower]])
        finally:
            executor.shutdown(wait=True, cancel_futures=True)
        return [outcomes[leg.key] for leg in legs]

    def _read(self, leg: Leg, place: int) -> LegOutcome:
        started_at = self._run.clock()
        self._run.on_progress(LegProgress(leg.key, "started"))
        reading = SpooledReading(
            leg.key, leg.children, self._run, self._state, self._folder / f"leg-{place}", self._rows_of
        )
        readings: dict[str, TableReading] = {}
        problems: tuple[IngestionError, ...] = ()
        error: IngestionError | None = None
        try:
            end = leg.read(reading)
            problems = end.problems
            readings = {table: self._finish(leg, table, reading, end) for table in (leg.key.table, *leg.children)}
        except IngestionError as failure:
            error = failure
        except Exception as failure:
            # A defect in one leg must not end the others; it is named without its text, which may quote a row.
            error = _defect(leg.key, failure)
        if error is not None:
            reading.discard()
            readings = {}
        for table_reading in readings.values():
            self._readings[table_reading.key] = table_reading
        finished_at = self._run.clock()
        counts = {table: reading.row_count(table) for table in reading.spools}
        status = error.status if error else (LegStatus.PARTIAL if problems else None)
        self._run.on_progress(LegProgress(leg.key, "ended", counts[leg.key.table], status))
        return LegOutcome(leg, reading.stats, counts, started_at, finished_at, readings, problems, error)

    def _finish(self, leg: Leg, table: str, reading: SpooledReading, end: LegEnd) -> TableReading:
        key = replace(leg.key, table=table)
        contract = raw_contract(key.vendor, table)
        scopes = tuple(end.scopes.get(table, ()))
        rows = reading.spools[table].finish(self._connection, scopes)
        is_whole = any(scope.mode == "full" and not scope.where for scope in scopes)
        if is_whole and not rows.row_count and not contract.may_become_empty:
            self._refuse_empty(key)
        digest = digest_of(rows, scopes, self._connection)
        stored = self._state.get(StateKey(key))
        says_nothing = digest is not None and not rows.row_count and not any(scope.mode == "full" for scope in scopes)
        is_same = digest is not None and stored is not None and stored.digest == digest
        if says_nothing:
            digest = stored.digest if stored else None
        return TableReading(key, contract, rows, scopes, digest, says_nothing or is_same)

    def _refuse_empty(self, key: LegKey) -> None:
        count = stored_count(self._connection, key)
        if count:
            tenant = f", tenant {key.tenant_id}" if key.tenant_id else ""
            raise IngestionError(
                f"{key.vendor}/{key.table}{tenant}: the vendor returned no row where {count} are stored; expected at "
                "least one. The rows of the last good load are kept.",
                error_class="empty_answer",
                advice="Check the connection's permissions at the vendor; an empty list often means a withdrawn right.",
            )

    def _rows_of(self, key: LegKey, columns: Sequence[str], changed_only: bool) -> pa.Table:
        reading = self._readings.get(key)
        if reading is None or reading.is_unchanged:
            stored = stored_rows(self._connection, key, columns)
            return stored.slice(0, 0) if changed_only else stored
        changes = self._changes_of(reading)
        if changed_only:
            return changed_rows(changes, columns)
        return current_rows(self._connection, key, changes, columns)

    def _changes_of(self, reading: TableReading) -> TableChanges:
        # Two followers may compare at the same time; both find the same, and the first stays.
        if reading.key not in self.early_changes:
            folder = self._folder / "early" / f"{id(reading):x}"
            found = find_changes(self._connection, [reading], folder, reading.key.table)
            self.early_changes.setdefault(reading.key, found)
        return self.early_changes[reading.key]


def _refuse_circles(waiting: dict[LegKey, set[LegKey]]) -> None:
    open_needs = {key: set(needs) for key, needs in waiting.items()}
    while open_needs:
        free = {key for key, needs in open_needs.items() if not needs}
        if not free:
            tables = ", ".join(sorted({key.table for key in open_needs}))
            raise IngestionError(
                f"the legs of {tables} need each other in a circle; expected an order in which each can start.",
                error_class="internal_error",
                advice="Report this as a defect of Tenantry.",
            )
        open_needs = {key: needs - free for key, needs in open_needs.items() if key not in free}


def _defect(key: LegKey, failure: Exception) -> IngestionError:
    frames = traceback.extract_tb(failure.__traceback__)
    package = str(Path(__file__).parent.parent)
    frame = next((frame for frame in reversed(frames) if frame.filename.startswith(package)), frames[-1])
    place = f"{Path(frame.filename).name}:{frame.lineno}"
    tenant = f", tenant {key.tenant_id}" if key.tenant_id else ""
    logger.error("%s/%s%s: %s at %s", key.vendor, key.table, tenant, type(failure).__name__, place)
    return IngestionError(
        f"{key.vendor}/{key.table}{tenant}: {type(failure).__name__} at {place} while reading. "
        "The rows of the last good load are kept.",
        error_class="internal_error",
        advice=f"Report this as a defect of Tenantry, with {place} and the version.",
    )


def scope_name(scope: ScopeEnd) -> str:
    """The name under which a scope's cursor is stored: `mailbox/folder` for mail, `` for a whole leg."""
    return "/".join(scope.where.values())
