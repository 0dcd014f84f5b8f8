"""`ops.erased_people`: the keyed hashes of erased addresses, and what each erasure has removed so far.

An erasure that was killed is taken up by the next one of the same address, so its receipt misses nothing.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from ingestion.microsoft.erased import NOBODY, ErasedPeople
from orchestration.privacy.key import key_id, read_key

TABLE = "ops.erased_people"
_COLUMNS = (
    "address_hash text not null, key_id text not null, erased_at timestamptz not null, finished_at timestamptz, "
    "removed text not null, items text not null"
)
# `message_id` or `event_id`, the mailbox, the id.
Item = tuple[str, str, str]


@dataclass(frozen=True)
class Erasure:
    """One erased person as the warehouse knows them, all attempts together.

    removed: rows by place. items: the raw rows that were deleted; derived rows of theirs go too, whatever they show.
    """

    address_hash: str
    key_id: str
    removed: Mapping[str, int]
    items: frozenset[Item]


def erased_people(connection: duckdb.DuckDBPyConnection, warehouse: Path) -> ErasedPeople:
    """Everyone who was erased from this warehouse, with the key where it is at hand and is the right one.

    Errors: EraseKeyError for a key file that holds no key.
    """
    if not _exists(connection):
        return NOBODY
    rows = connection.execute(f"select distinct address_hash, key_id from {TABLE}").fetchall()
    if not rows:
        return NOBODY
    key = read_key(warehouse)
    is_right = key is not None and {row[1] for row in rows} == {key_id(key)}
    return ErasedPeople(frozenset(row[0] for row in rows), key if is_right else None)


def note_erasure(
    connection: duckdb.DuckDBPyConnection,
    address_hash: str,
    key_name: str,
    at: datetime,
    removed: Mapping[str, int],
    items: Iterable[Item] = (),
) -> Erasure:
    """The erasure with this added to what its earlier attempts removed; the caller holds the transaction.

    A place that an earlier attempt counted and did not finish is counted once.
    """
    connection.execute(f"create table if not exists {TABLE} ({_COLUMNS})")
    found = connection.execute(
        f"select removed, items from {TABLE} where address_hash = ? and finished_at is null", [address_hash]
    ).fetchone()
    merged: dict[str, int] = json.loads(found[0]) if found else {}
    for place, rows in removed.items():
        merged[place] = max(rows, merged.get(place, 0))
    known: set[Item] = {(kind, mailbox, item_id) for kind, mailbox, item_id in json.loads(found[1])} if found else set()
    known.update(items)
    texts = [json.dumps(merged, sort_keys=True), json.dumps(sorted(known))]
    if found:
        connection.execute(
            f"update {TABLE} set removed = ?, items = ? where address_hash = ? and finished_at is null",
            [*texts, address_hash],
        )
    else:
        connection.execute(f"insert into {TABLE} values (?, ?, ?, null, ?, ?)", [address_hash, key_name, at, *texts])
    return Erasure(address_hash, key_name, merged, frozenset(known))


def finish_erasure(connection: duckdb.DuckDBPyConnection, address_hash: str, at: datetime) -> None:
    """The erasure is complete: a later one of the same address counts anew."""
    connection.execute(
        f"update {TABLE} set finished_at = ?, items = '[]' where address_hash = ? and finished_at is null",
        [at, address_hash],
    )


def _exists(connection: duckdb.DuckDBPyConnection) -> bool:
    schema, table = TABLE.split(".")
    return bool(
        connection.execute(
            "select 1 from information_schema.tables where table_schema = ? and table_name = ?", [schema, table]
        ).fetchall()
    )
