"""`tenantry purge`: what the settings do not keep, out of every file now.

settings + as_of → raw rows, cursors → derived tables, published copy, exports → files rewritten → receipt
"""

import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from orchestration.clock import is_clock_confirmed, refuse_future
from orchestration.observations import last_observation
from orchestration.privacy.mail_tables import MAILBOX, Sieve
from orchestration.privacy.places import published_copies, remove_leftovers
from orchestration.privacy.receipt import Receipt, Removal, keep_receipt, print_receipt
from orchestration.privacy.retention import EVENTS, MESSAGES, PREVIEWS, MailWindow, drop_outside, mail_window
from orchestration.privacy.rewrite import rewrite_database
from orchestration.privacy.sweep import delete_gone, sweep_others
from orchestration.run_request import CLOCK, FLAG, AsOfRefused, RunFailed
from orchestration.settings_schema import Settings
from orchestration.vendor_selection import select


def purge(settings: Settings, as_of: date, said_by: str = FLAG) -> Receipt:
    """Apply retention at a date; print and return the receipt.

    said_by: what gave the date, for messages.
    Errors: RunFailed where another process writes; AsOfRefused for a date that has not come or that nobody confirms;
    nothing was touched then.
    """
    from ingestion.load import Warehouse, WarehouseError, prepare
    from ingestion.load.warehouse import empty_dlt_staging
    from orchestration.vendor_legs import known_tenants

    started_at = datetime.now(UTC)
    file = settings.warehouse.path
    warehouse = Warehouse(file)
    removed: list[Removal] = []
    try:
        with warehouse.acquire():
            _require_confirmed(settings, as_of, said_by)
            prepare(warehouse)
            remove_leftovers(settings)
            with warehouse.connect() as connection:
                empty_dlt_staging(connection)
                window = mail_window(settings, known_tenants(connection, settings), as_of)
                counts = drop_outside(connection, window)
                sieve = _sieve(connection, window)
                counts |= delete_gone(connection, sieve, but=(MESSAGES, EVENTS))
            removed += [_removal(settings, file, place, rows) for place, rows in counts.items()]
            rewrite_database(file)

            def note(place: Path, table: str, rows: int) -> None:
                removed.append(_removal(settings, place, table, rows))

            # Another warehouse's files may lie in the same folder: what its settings keep is not judged by ours.
            others = sweep_others(settings, sieve, note, published_copies(settings), always=False)
    except WarehouseError as error:
        raise RunFailed(str(error)) from error
    receipt = Receipt(
        "purge",
        started_at,
        datetime.now(UTC),
        removed=tuple(removed),
        rewritten=tuple(_name(settings, path) for path in (file, *others)),
    )
    print_receipt(receipt, keep_receipt(receipt, file.parent), sys.stdout)
    return receipt


def _require_confirmed(settings: Settings, as_of: date, said_by: str) -> None:
    """What is deleted by a false date is gone for good, so a vendor or an observation must vouch for it."""
    refuse_future(as_of, said_by)
    if is_clock_confirmed(settings, select(settings)):
        return
    last = last_observation(settings.warehouse.path)
    if last is None or as_of > last:
        raise AsOfRefused(
            f"{CLOCK}: no vendor told the time. Expected one that confirms that {as_of} has come, because mail is "
            "deleted by it. Nothing was removed. Run again when a vendor can be reached"
            + (f", or end the window at the last observation: --as-of {last}." if last is not None else ".")
        )


def _sieve(connection: duckdb.DuckDBPyConnection, window: MailWindow) -> Sieve:
    """Derived rows stay while the raw row that they come from does."""
    messages, events = (
        {tuple(row) for row in connection.execute(f"select mailbox, id from {table}").fetchall()}
        for table in (MESSAGES, EVENTS)
    )

    def is_gone(row: Mapping[str, str | None]) -> bool:
        if "message_id" in row:
            return (row[MAILBOX], row["message_id"]) not in messages
        if "event_id" in row:
            return (row[MAILBOX], row["event_id"]) not in events
        return (row[MAILBOX] or "").lower() not in window.mailboxes

    return Sieve(is_gone, window.has_preview)


def _removal(settings: Settings, file: Path, place: str, rows: int) -> Removal:
    if place == PREVIEWS:
        return Removal(_name(settings, file), MESSAGES, "previews", rows)
    return Removal(_name(settings, file), place, "rows", rows)


def _name(settings: Settings, file: Path) -> str:
    return str(file.relative_to(settings.folder) if file.is_relative_to(settings.folder) else file)
