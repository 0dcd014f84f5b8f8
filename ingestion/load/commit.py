"""The transaction that ends a vendor's load: deletes, cursors and digests, ops rows, all or nothing.

It runs after the package has loaded, so a cursor is never ahead of its rows.
"""

from collections.abc import Iterable, Mapping, Sequence

import duckdb

from ingestion.legs import LegStatus
from ingestion.load.changes import TableChanges, TableReading
from ingestion.load.context import LegResult, RunContext
from ingestion.load.ledger import insert_load_status
from ingestion.load.reader import LegOutcome
from ingestion.load.scopes import scope_name
from ingestion.load.state import StateKey, StateValue, write_state
from ingestion.load.warehouse import quoted


def delete_keys(connection: duckdb.DuckDBPyConnection, changes: TableChanges) -> dict[str, int]:
    """Deletes the stored rows whose keys are gone (removal `delete`); how many, by partition."""
    if changes.deleted_keys is None or not changes.deleted_keys.num_rows:
        return {}
    layout = changes.layout
    target = f"raw_{layout.contract.vendor}.{quoted(layout.contract.table)}"
    connection.register("gone_keys", changes.deleted_keys)
    match = " and ".join(f"stored.{quoted(name)} = gone_keys.{quoted(name)}" for name in layout.key)
    connection.execute(f"delete from {target} as stored where exists (select 1 from gone_keys where {match})")
    counts = connection.execute(f"select {quoted(layout.partition)}, count(*) from gone_keys group by all").fetchall()
    connection.unregister("gone_keys")
    return dict(counts)


def delete_outside_window(connection: duckdb.DuckDBPyConnection, reading: TableReading) -> int:
    """Deletes the stored rows that are older than their scope keeps; how many."""
    layout = reading.layout
    deleted = 0
    for scope in reading.scopes:
        if scope.keep_column is None or scope.keep_from is None:
            continue
        conditions = [f"{quoted(layout.partition)} = ?", f"{quoted(scope.keep_column)} < ?"]
        values: list[object] = [reading.partition, scope.keep_from]
        for name, value in scope.where.items():
            conditions.append(f"{quoted(name)} = ?")
            values.append(value)
        target = f"raw_{layout.contract.vendor}.{quoted(layout.contract.table)}"
        found = connection.execute(f"delete from {target} where {' and '.join(conditions)}", values).fetchone()
        deleted += found[0] if found else 0
    return deleted


def changed_state(outcomes: Iterable[LegOutcome], stored: Mapping[StateKey, StateValue]) -> dict[StateKey, StateValue]:
    """State of the legs that were loaded, where it differs from what is stored."""
    values: dict[StateKey, StateValue] = {}
    for outcome in outcomes:
        for reading in outcome.readings.values():
            # A run over hundreds of tenants comes by here for thousands of legs of which nothing changed.
            whole = StateKey(reading.key)
            before = stored.get(whole, StateValue())
            cursors = {scope_name(scope): scope.cursor for scope in reading.scopes}
            after = StateValue(cursors.pop("", before.cursor), None if outcome.problems else reading.digest)
            if after != before:
                values[whole] = after
            for name, cursor in cursors.items():
                key = StateKey(reading.key, name)
                if stored.get(key, StateValue()) != StateValue(cursor):
                    values[key] = StateValue(cursor)
    return values


def commit(
    connection: duckdb.DuckDBPyConnection,
    run: RunContext,
    state: Mapping[StateKey, StateValue],
    results: Sequence[LegResult],
) -> None:
    """Cursors, digests and ops rows of the vendor's legs; the caller has begun the transaction and ends it here."""
    write_state(connection, run, state)
    insert_load_status(connection, run, results)
    connection.execute("commit")


def is_loaded(status: LegStatus) -> bool:
    """True when rows of the attempt were taken over."""
    return status in (LegStatus.LOADED, LegStatus.UNCHANGED, LegStatus.PARTIAL)
