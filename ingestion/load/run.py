"""Runs one vendor's legs: read side by side, compare, load one package, then commit cursors and ops rows.

vendor pages → spool → changes → dlt → raw_<vendor>.* → ops.extraction_state, ops.load_status
"""

import logging
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
import pyarrow as pa

from data_contracts.contract import raw_contract
from ingestion.legs import IngestionError, Leg, LegKey, LegStats, LegStatus
from ingestion.load.changes import TableChanges, find_changes
from ingestion.load.commit import changed_state, commit, delete_keys, delete_outside_window
from ingestion.load.context import LegResult, RunContext
from ingestion.load.ledger import last_attempts
from ingestion.load.package import RowSource, load_package
from ingestion.load.reader import LegOutcome, VendorReader
from ingestion.load.recovery import note_legs
from ingestion.load.state import StateKey, StateValue, forget_digests_of, read_state
from ingestion.load.warehouse import Warehouse

logger = logging.getLogger(__name__)
# A licence or an offer that is not there is no fault: the run's summary tells it, and nothing is to be mended.
_WORTH_A_WARNING = frozenset({LegStatus.FAILED, LegStatus.PARTIAL, LegStatus.NOT_PERMITTED})


@dataclass
class _Counts:
    """Changed and removed rows by leg."""

    changed: dict[LegKey, int] = field(default_factory=dict)
    removed: dict[LegKey, int] = field(default_factory=dict)


def run_legs(vendor: str, legs: Sequence[Leg], run: RunContext, warehouse: Warehouse) -> list[LegResult]:
    """How every leg, and every child table of one, ended; their rows, cursors and ops rows are in the warehouse.

    The caller holds the warehouse's lock, has called `prepare` and has the run's row in ops.runs.
    Errors: none for a leg (its result says it); a fault of the warehouse file itself is raised as DuckDB names it.
    """
    folder = warehouse.run_folder(run.run_id) / vendor
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with warehouse.connect() as connection:
            state = read_state(connection, vendor)
            reader = VendorReader(run, connection, state, folder / "spool")
            # A leg that is tried in every run needs no place in a queue.
            attempts = last_attempts(connection, vendor) if run.budget.is_limited else None
            outcomes = reader.read_all(legs, attempts)
            changes = _all_changes(connection, reader, outcomes, folder / "spool")
            failure = _load(vendor, run, connection, folder, changes, state)
            if failure is not None:
                outcomes = [_fail_if_changed(outcome, changes, failure) for outcome in outcomes]
            return _commit(connection, run, state, outcomes, changes)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        warehouse.remove_run_folder(run.run_id)


def _all_changes(
    connection: duckdb.DuckDBPyConnection, reader: VendorReader, outcomes: Sequence[LegOutcome], folder: Path
) -> dict[LegKey, TableChanges]:
    """The changes that each leg's table takes part in; legs of one table are compared in one pass."""
    by_table: dict[str, list] = {}
    for outcome in outcomes:
        for table, reading in outcome.readings.items():
            if not reading.is_unchanged and reading.key not in reader.early_changes:
                by_table.setdefault(table, []).append(reading)
    found = dict(reader.early_changes)
    for table, readings in by_table.items():
        changes = find_changes(connection, readings, folder, table)
        found.update({reading.key: changes for reading in readings})
    return found


def _load(
    vendor: str,
    run: RunContext,
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    changes: dict[LegKey, TableChanges],
    state: dict[StateKey, StateValue],
) -> IngestionError | None:
    by_table: dict[str, list[TableChanges]] = {}
    for key, change in changes.items():
        members = by_table.setdefault(key.table, [])
        if not change.is_empty and not any(change is member for member in members):
            members.append(change)
    rows = {table: _row_source(members, run) for table, members in by_table.items() if members}
    if not rows:
        return None
    changing = [key for key, change in changes.items() if not change.is_empty]
    note_legs(folder, run, changing)
    # Tables merge one by one. Where the rest fails, rows are newer than their digest, and a vendor that goes back to
    # what it showed before would pass for unchanged.
    known = [key for key in changing if state.get(StateKey(key), StateValue()).digest is not None]
    if known:
        forget_digests_of(connection, known)
        state.update({StateKey(key): replace(state[StateKey(key)], digest=None) for key in known})
    contracts = {table: raw_contract(vendor, table) for table in rows}
    try:
        load_package(vendor, rows, contracts, connection, folder / "dlt", run.on_stage)
    except IngestionError as failure:
        logger.error("%s", failure)
        return failure
    return None


def _row_source(members: Sequence[TableChanges], run: RunContext) -> RowSource:
    def stamped_rows() -> Iterator[pa.Table]:
        for member in members:
            yield from member.stamped(run)

    return stamped_rows


def _fail_if_changed(outcome: LegOutcome, changes: dict[LegKey, TableChanges], failure: IngestionError) -> LegOutcome:
    keys = [reading.key for reading in outcome.readings.values()]
    if any(key in changes and not changes[key].is_empty for key in keys):
        return replace(outcome, readings={}, error=failure)
    return outcome


def _commit(
    connection: duckdb.DuckDBPyConnection,
    run: RunContext,
    state: dict,
    outcomes: Sequence[LegOutcome],
    changes: dict[LegKey, TableChanges],
) -> list[LegResult]:
    counts = _Counts()
    connection.execute("begin")
    try:
        _delete(connection, outcomes, changes, counts)
        results = [result for outcome in outcomes for result in _results(outcome, counts)]
        loaded = [outcome for outcome in outcomes if outcome.error is None]
        commit(connection, run, changed_state(loaded, state), results)
    except BaseException:
        connection.execute("rollback")
        raise
    run.on_stage("state_committed")
    for result in results:
        _log(result)
    _log_faults(results)
    for outcome in outcomes:
        for warning in outcome.warnings:
            logger.warning("%s", warning)
    return results


def _delete(
    connection: duckdb.DuckDBPyConnection,
    outcomes: Sequence[LegOutcome],
    changes: dict[LegKey, TableChanges],
    counts: _Counts,
) -> None:
    deleted: dict[int, dict[str, int]] = {}
    for outcome in outcomes:
        for reading in outcome.readings.values():
            partition = reading.partition
            change = changes.get(reading.key)
            if change is not None:
                if id(change) not in deleted:
                    deleted[id(change)] = delete_keys(connection, change)
                counts.changed[reading.key] = change.changed_counts.get(partition, 0)
                counts.removed[reading.key] = change.removed_counts.get(partition, 0) + deleted[id(change)].get(
                    partition, 0
                )
            outside = delete_outside_window(connection, reading)
            if outside:
                counts.removed[reading.key] = counts.removed.get(reading.key, 0) + outside


def _results(outcome: LegOutcome, counts: _Counts) -> Iterator[LegResult]:
    own = outcome.leg.key
    for table in (own.table, *outcome.leg.children):
        key = own if table == own.table else replace(own, table=table)
        stats = outcome.stats if table == own.table else LegStats()
        # The vendor side counts what it read, dropped rows included; what was written is the least it can be.
        stats.rows_read = max(stats.rows_read, outcome.row_counts[table])
        stats.rows_changed = counts.changed.get(key, 0)
        stats.rows_removed = counts.removed.get(key, 0)
        fault = outcome.error or (outcome.problems[0] if outcome.problems else None)
        if outcome.error is not None:
            status = outcome.error.status
        elif outcome.problems:
            status = LegStatus.PARTIAL
        else:
            status = LegStatus.LOADED if stats.rows_changed or stats.rows_removed else LegStatus.UNCHANGED
        message = str(outcome.error) if outcome.error else "; ".join([*map(str, outcome.problems), *outcome.warnings])
        yield LegResult(
            key,
            status,
            stats,
            outcome.started_at,
            outcome.finished_at,
            fault.error_class if fault else None,
            fault.advice if fault else None,
            message or None,
        )


def _log(result: LegResult) -> None:
    tenant = f" tenant {result.key.tenant_id}" if result.key.tenant_id else ""
    logger.info(
        "%s/%s%s: %s, %d rows read, %d changed, %d removed, %d dropped, %d requests, %d retries, %.1f s",
        result.key.vendor,
        result.key.table,
        tenant,
        result.status.value,
        result.stats.rows_read,
        result.stats.rows_changed,
        result.stats.rows_removed,
        result.stats.rows_dropped,
        result.stats.request_count,
        result.stats.retry_count,
        (result.finished_at - result.started_at).total_seconds(),
    )
    if result.stats.texts_cut or result.stats.texts_stripped:
        logger.warning(
            "%s/%s%s: %d texts were longer than their contract says and were cut, %d lost control characters.",
            result.key.vendor,
            result.key.table,
            tenant,
            result.stats.texts_cut,
            result.stats.texts_stripped,
        )


def _log_faults(results: Sequence[LegResult]) -> None:
    """One warning per tenant or connection and cause: a wrong secret fails every table of its tenant alike."""
    by_cause: dict[tuple, list[LegResult]] = {}
    for result in results:
        if result.message and result.status in _WORTH_A_WARNING:
            cause = (result.key.connection_id, result.key.tenant_id, result.status, result.error_class, result.advice)
            by_cause.setdefault(cause, []).append(result)
    for alike in by_cause.values():
        first, *others = sorted(alike, key=lambda result: result.key.table)
        tables = ", ".join(other.key.table for other in others)
        logger.warning("%s%s", first.message, f" The same: {tables}." if tables else "")
