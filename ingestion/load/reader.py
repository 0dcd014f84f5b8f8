"""Reads a vendor's legs side by side and holds their rows against contract and digest; one leg's failure is its own.

It must not write to the warehouse: legs → finished readings or errors, by leg.
"""

import logging
import queue
import threading
import traceback
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from ingestion.http.turn import taking
from ingestion.legs import IngestionError, Leg, LegEnd, LegKey, LegStats, LegStatus
from ingestion.load.changes import TableChanges, TableReading, find_changes
from ingestion.load.context import LegProgress, RunContext
from ingestion.load.digest import Fingerprint, page_digest, row_digest
from ingestion.load.doubt import MAX_READS, Doubt, fall_words, find_doubts, unbelieved
from ingestion.load.layout import layout_of
from ingestion.load.legqueue import LegQueue
from ingestion.load.legturn import LegTurn
from ingestion.load.overlay import StoredRows, changed_rows, current_rows, stored_count
from ingestion.load.reading import SpooledReading
from ingestion.load.scopes import is_complete, names_removed_rows
from ingestion.load.spool import SpooledRows, TableSpool, no_rows
from ingestion.load.state import StateKey, StateValue

logger = logging.getLogger(__name__)

# Changed rows of small legs that wait in memory, over all legs of a vendor; the rest waits in files.
KEPT_BYTES = 64_000_000
# Legs that work at once: more than there are connections, so that each of these is in use while others project pages,
# and so that several large tenants leave room for the small ones. Legs that wait (throttled, paced) are not counted,
# but bounded too: each holds a thread and its last pages.
AWAKE_PER_CONNECTION = 2
OPEN_PER_CONNECTION = 8
# A leg of more rows gives the memory back that it does not need any more.
RELEASED_ROWS = 1_000
_NEVER = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class LegOutcome:
    """One leg's finished attempt: its readings by table, or the error that ended it.

    warnings: what was believed although it is odd.
    """

    leg: Leg
    stats: LegStats
    row_counts: dict[str, int]
    started_at: datetime
    finished_at: datetime
    readings: dict[str, TableReading]
    problems: tuple[IngestionError, ...] = ()
    warnings: tuple[str, ...] = ()
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
        self._lock = threading.Lock()
        self._kept_bytes = 0
        self._stored = StoredRows(connection)
        self._readings: dict[LegKey, TableReading] = {}
        self._failures: dict[LegKey, IngestionError] = {}
        self.early_changes: dict[LegKey, TableChanges] = {}

    def read_all(self, legs: Sequence[Leg], last_attempts: Mapping[LegKey, datetime] | None = None) -> list[LegOutcome]:
        """Every leg's outcome, in the order given; a leg starts when those it needs have ended.

        last_attempts: given where the run's budget may not suffice; legs that were tried longest ago start first.
        """
        _refuse_twins(legs)
        waiting = _needs_of(legs)
        followers: dict[LegKey, list[LegKey]] = {}
        for key, needs in waiting.items():
            for needed in needs:
                followers.setdefault(needed, []).append(key)
        _refuse_circles(waiting)
        places = {leg.key: place for place, leg in enumerate(legs)}
        attempted = last_attempts or {}
        by_age = sorted(legs, key=lambda leg: attempted.get(leg.key, _NEVER))
        outcomes: dict[LegKey, LegOutcome] = {}
        ready = LegQueue()
        for leg in by_age:
            if not waiting[leg.key]:
                ready.add(_lane(leg.key), places[leg.key])
        events: queue.SimpleQueue[LegOutcome | BaseException | int] = queue.SimpleQueue()
        stopped = threading.Event()
        executor = ThreadPoolExecutor(self._run.connections * OPEN_PER_CONNECTION, thread_name_prefix="leg")

        def work(leg: Leg) -> None:
            try:
                with taking(LegTurn(self._run.budget, stopped, events.put)):
                    events.put(self._read(leg, places[leg.key]))
            except BaseException as error:
                events.put(error)

        started = asleep = 0
        try:
            while len(outcomes) < len(legs):
                open_legs = started - len(outcomes)
                is_room = open_legs < self._run.connections * OPEN_PER_CONNECTION
                if is_room and open_legs - asleep < self._run.connections * AWAKE_PER_CONNECTION:
                    place = ready.take()
                    if place is not None:
                        executor.submit(work, legs[place])
                        started += 1
                        continue
                event = events.get()
                if isinstance(event, BaseException):
                    raise event
                if isinstance(event, int):
                    asleep += event
                    continue
                key = event.leg.key
                outcomes[key] = event
                ready.ended(_lane(key))
                for follower in followers.get(key, ()):
                    waiting[follower].discard(key)
                    if not waiting[follower]:
                        ready.add(_lane(follower), places[follower])
        finally:
            if len(outcomes) < len(legs):
                stopped.set()
            executor.shutdown(wait=True, cancel_futures=True)
        return [outcomes[leg.key] for leg in legs]

    def _read(self, leg: Leg, place: int) -> LegOutcome:
        started_at = self._run.clock()
        self._run.on_progress(LegProgress(leg.key, "started"))
        stats = LegStats()
        counts = dict.fromkeys((leg.key.table, *leg.children), 0)
        readings: dict[str, TableReading] = {}
        problems: tuple[IngestionError, ...] = ()
        warnings: tuple[str, ...] = ()
        error: IngestionError | None = None
        try:
            readings, problems, warnings = self._believed(leg, place, stats, counts)
        except IngestionError as failure:
            error = failure
        except Exception as failure:
            # A defect in one leg must not end the others; it is named without its text, which may quote a row.
            error = _defect(leg.key, failure)
        if error is not None:
            self._failures[leg.key] = error
        for table_reading in readings.values():
            self._readings[table_reading.key] = table_reading
        if counts[leg.key.table] > RELEASED_ROWS:
            # Arrow keeps freed memory for each thread; over dozens of threads that is hundreds of megabytes.
            pa.default_memory_pool().release_unused()
        finished_at = self._run.clock()
        status = error.status if error else (LegStatus.PARTIAL if problems else None)
        self._run.on_progress(LegProgress(leg.key, "ended", counts[leg.key.table], status))
        return LegOutcome(leg, stats, counts, started_at, finished_at, readings, problems, warnings, error)

    def _believed(
        self, leg: Leg, place: int, stats: LegStats, counts: dict[str, int]
    ) -> tuple[dict[str, TableReading], tuple[IngestionError, ...], tuple[str, ...]]:
        """The leg's readings as far as they are proven, its problems and warnings; read again while in doubt."""
        earlier: dict[tuple[str, str], Doubt] = {}
        for tried in range(1, MAX_READS + 1):
            self._run.budget.check()
            readings, problems = self._attempt(leg, f"leg-{place}-{tried}", stats, counts)
            found = find_doubts(self._connection, readings.values(), self._run.fall)
            open_doubts = {name: doubt for name, doubt in found.items() if not doubt.is_settled_by(earlier.get(name))}
            if not open_doubts or tried == MAX_READS:
                break
            earlier = found
            for table_reading in readings.values():
                table_reading.rows.discard()
            stats.forget_rows()
        warnings = []
        for table, table_reading in readings.items():
            doubted = [doubt for (name, _), doubt in open_doubts.items() if name == table]
            if doubted:
                readings[table], problem = unbelieved(table_reading, doubted, self._state)
                problems = (*problems, problem)
            falls = [doubt for doubt in found.values() if doubt.table == table and doubt.kind in ("empty", "fall")]
            if falls and not doubted:
                warnings.append(fall_words(table_reading.key, falls))
        return readings, problems, tuple(warnings)

    def _attempt(
        self, leg: Leg, folder: str, stats: LegStats, counts: dict[str, int]
    ) -> tuple[dict[str, TableReading], tuple[IngestionError, ...]]:
        """One read of the leg; nothing is left of one that fails. stats, counts: what it adds to or sets."""
        reading = SpooledReading(leg.key, leg.children, self._run, self._state, self._folder / folder, self._rows_of)
        reading.stats = stats
        try:
            end = leg.read(reading)
            return {table: self._finish(leg, table, reading, end) for table in counts}, end.problems
        except Exception:
            reading.discard()
            raise
        finally:
            counts.update({table: reading.row_count(table) for table in counts})

    def _finish(self, leg: Leg, table: str, reading: SpooledReading, end: LegEnd) -> TableReading:
        key = replace(leg.key, table=table)
        layout = layout_of(key.vendor, table)
        scopes = tuple(end.scopes.get(table, ()))
        spool = reading.spools[table]
        # What is read again in full is compared in full: it mends rows that are not what the vendor said.
        stored = None if self._run.full_refresh else self._state.get(StateKey(key), StateValue()).digest
        # Where a read also names what is gone, its rows do not tell the whole change: no fingerprint then.
        is_telling = not names_removed_rows(scopes)
        known = Fingerprint.parse(stored)
        if reading.is_recognised:
            return TableReading(key, layout, no_rows(layout, key), scopes, stored, is_unchanged=True)
        pages = page_digest(spool.pages, layout, scopes) if is_telling else ""
        found = Fingerprint(
            pages, "", reading.answer if is_telling else "", reading.stats.rows_read, reading.stats.rows_dropped
        )
        if known.is_of_pages(pages):
            fingerprint = replace(found, rows=known.rows).text()
            return TableReading(key, layout, no_rows(layout, key), scopes, fingerprint, is_unchanged=True)
        rows = spool.finish(self._connection, scopes)
        if is_complete(scopes) and not rows.row_count and not layout.contract.may_become_empty:
            self._refuse_empty(key)
        if is_telling and not rows.row_count and not any(scope.mode == "full" for scope in scopes):
            return TableReading(key, layout, rows, scopes, stored, is_unchanged=True)
        digest = row_digest(rows, scopes, self._connection) if is_telling else ""
        fingerprint = replace(found, rows=digest).text() if digest else None
        if known.is_of_rows(digest):
            rows.discard()
            return TableReading(key, layout, no_rows(layout, key), scopes, fingerprint, is_unchanged=True)
        return TableReading(key, layout, self._kept(rows, spool), scopes, fingerprint, is_unchanged=False)

    def _kept(self, rows: SpooledRows, spool: TableSpool) -> SpooledRows:
        """The rows as they wait for the end of the vendor's other legs: in memory while all of them are few."""
        size = rows.table.nbytes if rows.table is not None else 0
        with self._lock:
            self._kept_bytes += size
            fits = self._kept_bytes <= KEPT_BYTES
        return rows if fits else rows.on_disk(spool.path)

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
            stored = self._stored.of(key, columns)
            failure = self._failures.get(key)
            if failure is not None and not stored.num_rows:
                # Taken for none, the follower would end well with an empty table.
                raise IngestionError(
                    f"{key.vendor}/{key.table} was not read and no row of it is stored; expected its rows, which say "
                    "what to ask for.",
                    error_class=failure.error_class,
                    advice=failure.advice,
                    status=failure.status,
                )
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


def _needs_of(legs: Sequence[Leg]) -> dict[LegKey, set[LegKey]]:
    """The legs of this run that each leg waits for."""
    keys = {leg.key for leg in legs}
    return {leg.key: {key for key in leg.needs if key in keys and key != leg.key} for leg in legs}


def _lane(key: LegKey) -> tuple[str, str]:
    """Whose turn a leg takes: its tenant's, or its connection's where the vendor has no tenants."""
    return key.connection_id, key.tenant_id


def _refuse_twins(legs: Sequence[Leg]) -> None:
    twins = sorted(key.table for key, count in Counter(leg.key for leg in legs).items() if count > 1)
    if twins:
        raise IngestionError(
            f"two legs fill the same rows of {', '.join(twins)}; expected one per tenant or connection and table.",
            error_class="internal_error",
            advice="Report this as a defect of Tenantry.",
        )


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
