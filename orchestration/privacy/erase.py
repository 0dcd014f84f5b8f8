"""`tenantry erase`: a person out of all mail and calendar data, in every file, for good.

address → keyed hash → rows deleted and hash stored in one transaction → files rewritten → receipt. Killed at any
instant and run again, it ends the same. The address is never written anywhere.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from ingestion.microsoft.erased import ErasedPeople, address_hash
from orchestration.errors import UsageError
from orchestration.privacy.key import EraseKeyError, key_file, key_id, make_key, read_key
from orchestration.privacy.mail_tables import Sieve, gone_rows, holding_rows, text_tables
from orchestration.privacy.people import Item, erased_people, finish_erasure, note_erasure
from orchestration.privacy.places import other_databases, remove_leftovers, working_files
from orchestration.privacy.receipt import Kept, Receipt, Removal, keep_receipt, print_receipt
from orchestration.privacy.retention import EVENTS, MESSAGES, forget_fingerprints
from orchestration.privacy.rewrite import rewrite_database
from orchestration.privacy.sweep import delete_gone, sweep_others
from orchestration.run_request import RunFailed
from orchestration.settings_kinds import ADDRESS, DOMAIN
from orchestration.settings_schema import Settings

_SEPARATOR = "|"
_CONTACT_TABLES = re.compile(r"raw_(?!microsoft)\w+\.(contacts|users)")
_ITEM_TABLES = {MESSAGES: "message_id", EVENTS: "event_id"}
_DIRECTORY_TABLE = "raw_microsoft.users"


def person_address(text: str) -> str:
    """The address in lower case.

    Errors: UsageError for anything else; the text is not repeated.
    """
    found = text.strip().lower()
    match = ADDRESS.fullmatch(found)
    if match is None or not DOMAIN.fullmatch(match.group(1)):
        raise UsageError(
            "--person: found no mail address, expected one such as kim@customer.example. Nothing was touched."
        )
    return found


def erase(settings: Settings, address: str) -> Receipt:
    """Remove a person and keep them out; print and return the receipt.

    Errors: UsageError for a listed mailbox; RunFailed where another process writes; EraseKeyError where hashes are
    stored and their key is not at hand.
    """
    from ingestion.load import Warehouse, WarehouseError, prepare
    from ingestion.load.warehouse import empty_dlt_staging

    _refuse_listed(settings, address)
    started_at = datetime.now(UTC)
    file = settings.warehouse.path
    warehouse = Warehouse(file)
    try:
        with warehouse.acquire():
            prepare(warehouse)
            remove_leftovers(settings)
            with warehouse.connect() as connection:
                empty_dlt_staging(connection)
                key = _key(connection, file)
                hashed = address_hash(key, address)
                person = ErasedPeople(frozenset({hashed}), key)
                sieve = _delete(connection, person, hashed, started_at, _name(settings, file))
            rewrite_database(file)
            rewritten = [file]

            def note(place: Path, table: str, rows: int) -> None:
                with warehouse.connect() as connection:
                    note_erasure(connection, hashed, key_id(key), started_at, _place(settings, place, table, rows))

            rewritten += sweep_others(settings, sieve, note, other_databases(settings), always=True)
            overwritten = _overwrite(settings, address)
            finished_at = datetime.now(UTC)
            with warehouse.connect() as connection:
                erasure = note_erasure(connection, hashed, key_id(key), started_at, overwritten)
                receipt = Receipt(
                    "erase", started_at, finished_at,
                    removed=tuple(_removal(place, rows) for place, rows in sorted(erasure.removed.items())),
                    rewritten=tuple(_name(settings, path) for path in rewritten),
                    address_hash=hashed, key_id=erasure.key_id, kept=_kept(connection, address, sieve),
                )  # fmt: skip
                # Kept before the erasure counts as complete: after a kill in between the next one tells it all again.
                kept_file = keep_receipt(receipt, file.parent)
                finish_erasure(connection, hashed, finished_at)
    except WarehouseError as error:
        raise RunFailed(str(error)) from error
    print_receipt(receipt, kept_file, sys.stdout)
    return receipt


def _refuse_listed(settings: Settings, address: str) -> None:
    mailboxes = settings.microsoft.mailboxes if settings.microsoft else None
    if mailboxes is not None and address in {listed.lower() for listed in mailboxes.allow}:
        raise UsageError(
            "--person: found a mailbox of [microsoft.mailboxes] allow, expected a person whose mailbox is not read: "
            "every message of a listed mailbox carries its owner. Take it from the list, run `tenantry purge`, then "
            "erase. Nothing was touched."
        )


def _key(connection: duckdb.DuckDBPyConnection, warehouse: Path) -> bytes:
    """The key of the stored hashes; a new one only where no hash is stored."""
    stored = erased_people(connection, warehouse)
    if stored and stored.key is None:
        raise EraseKeyError(
            f"{key_file(warehouse)}: people were erased before, and this is not the key of their hashes, or it is "
            "gone. Restore the key file from a backup, then run again. Nothing was removed."
        )
    return stored.key or read_key(warehouse) or make_key(warehouse)


def _delete(connection: duckdb.DuckDBPyConnection, person: ErasedPeople, hashed: str, at: datetime, file: str) -> Sieve:
    """The sieve that took the rows out of the open warehouse, with the hash stored in the same transaction."""
    name = key_id(person.key or b"")
    connection.execute("begin")
    try:
        # Published columns may lack the one that named the person, so derived rows follow the raw row that they are of.
        found = note_erasure(connection, hashed, name, at, {}, _items(connection, person))
        sieve = Sieve(lambda row: person.carried_by(row.values()) or not found.items.isdisjoint(_items_of(row)))
        removed = delete_gone(connection, sieve)
        places = {_SEPARATOR.join((file, table, "rows")): rows for table, rows in removed.items()}
        note_erasure(connection, hashed, name, at, places)
        _forget_cursors(connection, person)
        forget_fingerprints(connection)
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise
    return sieve


def _forget_cursors(connection: duckdb.DuckDBPyConnection, person: ErasedPeople) -> None:
    """No cursor of a mailbox that was the person's: its name and its link hold the address."""
    scopes = connection.execute(
        "select rowid, scope from ops.extraction_state "
        "where vendor = 'microsoft' and table_name in ('messages', 'events')"
    ).fetchall()
    gone = [number for number, scope in scopes if person.carried_by([scope])]
    connection.execute("delete from ops.extraction_state where rowid in (select unnest(?::bigint[]))", [gone])


def _items(connection: duckdb.DuckDBPyConnection, person: ErasedPeople) -> Iterator[Item]:
    """The messages and events that carry the person."""
    catalog = connection.execute("select current_database()").fetchall()[0][0]
    carrying = Sieve(lambda row: person.carried_by(row.values()))
    for table in text_tables(connection, catalog):
        kind = _ITEM_TABLES.get(table.place)
        if kind is not None:
            rows = gone_rows(connection, catalog, table, carrying)
            sql = f"select mailbox, id from {table.place} where rowid in (select unnest(?::bigint[]))"
            yield from ((kind, *row) for row in connection.execute(sql, [rows]).fetchall())


def _items_of(row: Mapping[str, str | None]) -> Iterator[Item]:
    for kind in _ITEM_TABLES.values():
        if kind in row:
            yield kind, row["mailbox"] or "", row[kind] or ""


def _overwrite(settings: Settings, address: str) -> dict[str, int]:
    """Occurrences that were overwritten in working files, by place: the file keeps its length and its form.

    Only their own bytes are written: Dagster may write elsewhere in the file meanwhile.
    """
    name = re.escape(address.encode())
    pattern = re.compile(rb"(?<![\w.+-])" + name + rb"(?![\w-]|\.\w)", re.IGNORECASE)
    found: dict[str, int] = {}
    for file in working_files(settings):
        places = [match.span() for match in pattern.finditer(file.read_bytes())]
        if places:
            with file.open("r+b") as stream:
                for start, end in places:
                    stream.seek(start)
                    stream.write(b"x" * (end - start))
            found[_SEPARATOR.join((_name(settings, file), "", "occurrences"))] = len(places)
    return found


def _kept(connection: duckdb.DuckDBPyConnection, address: str, sieve: Sieve) -> Kept:
    """Where the address stays: tables of other data than mail and calendar."""
    catalog = connection.execute("select current_database()").fetchall()[0][0]
    tables = []
    for table in text_tables(connection, catalog):
        rows = 0 if table.is_mail else holding_rows(connection, catalog, table, address, sieve)
        if rows:
            tables.append((table.place, rows))
    names = [name for name, _ in tables]
    return Kept(_DIRECTORY_TABLE in names, any(map(_CONTACT_TABLES.fullmatch, names)), tuple(tables))


def _place(settings: Settings, file: Path, table: str, rows: int) -> dict[str, int]:
    return {_SEPARATOR.join((_name(settings, file), table, "rows")): rows}


def _removal(place: str, rows: int) -> Removal:
    file, table, what = place.rsplit(_SEPARATOR, 2)
    return Removal(file, table, what, rows)


def _name(settings: Settings, file: Path) -> str:
    """The file as receipts call it: from the settings' folder on where it lies in it."""
    return str(file.relative_to(settings.folder) if file.is_relative_to(settings.folder) else file)
