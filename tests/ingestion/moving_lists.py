"""Lists that change while they are read, behind the real clients; what a read of one makes of the stored rows."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import requests

from ingestion.legs import Leg, LegKey
from ingestion.load.changes import find_changes
from ingestion.load.context import RunContext
from ingestion.load.layout import layout_of
from ingestion.load.reader import VendorReader
from tests.ingestion.transport import Answer

NOW = datetime(2026, 10, 20, 6, tzinfo=UTC)
Change = tuple[str, int]


@dataclass
class MovingList:
    """A list of ids to which something happens before some of the requests.

    changes: by request: `drop` or `double` the row at a place, `add` a new one there, `move` it to the front.
    """

    rows: list[int]
    changes: Sequence[Sequence[Change]]
    requests: int = 0
    ever_missing: set[int] = field(default_factory=set)
    seen_doubled: list[int] = field(default_factory=list)

    def at_next_request(self) -> list[int]:
        """The rows as the next request finds them, in the order of the moment."""
        told = self.changes[self.requests] if self.requests < len(self.changes) else ()
        self.requests += 1
        shown_twice = []
        for kind, place in told:
            if kind == "add":
                self.rows.insert(place % (len(self.rows) + 1), 1000 + self.requests * 10 + len(self.rows) % 10)
                continue
            if not self.rows:
                continue
            at = place % len(self.rows)
            if kind == "drop":
                self.ever_missing.add(self.rows.pop(at))
            elif kind == "move":
                self.rows.insert(0, self.rows.pop(at))
            else:
                shown_twice.append(self.rows[at])
        self.seen_doubled = shown_twice
        return list(self.rows)


def pax8_answers(moving: MovingList, size: int, make: Callable[[int], dict]) -> Callable:
    """A Pax8 list of so many rows a page."""

    def answer(number: int) -> Answer:
        rows = moving.at_next_request()
        part = [*rows[number * size : (number + 1) * size], *moving.seen_doubled]
        page = {"size": size, "totalElements": len(rows), "totalPages": -(-len(rows) // size), "number": number}
        return Answer(body=json.dumps({"content": [make(row) for row in part], "page": page}))

    return answer


def connectwise_answers(moving: MovingList, size: int, make: Callable[[int], dict], mode: str) -> dict[str, Callable]:
    """A ConnectWise list and its count. mode: `forward`, `linked` (numbered pages with Link) or `silent` (without)."""

    def page(request: requests.PreparedRequest) -> Answer:
        rows = moving.at_next_request()
        asked = {name: values[0] for name, values in parse_qs(urlsplit(request.url or "").query).items()}
        is_forward = request.headers.get("pagination-type") == "forward-only"
        here = (request.url or "").split("?")[0]
        if is_forward and mode == "forward":
            later = sorted(row for row in rows if row > int(asked.get("pageId", -1)))
            part, link = later[:size], ""
            if len(later) > size:
                link = f'<{here}?pageId={part[-1]}>; rel="next"'
            return Answer(body=json.dumps([make(row) for row in [*part, *moving.seen_doubled]]), headers={"Link": link})
        number = int(asked.get("page", 1))
        part = [*rows[(number - 1) * size : number * size], *moving.seen_doubled]
        headers = {}
        if mode == "linked" and not is_forward:
            has_more = number * size < len(rows)
            headers = {"Link": f'<{here}?page={number + 1}>; rel="next"' if has_more else ""}
        return Answer(body=json.dumps([make(row) for row in part]), headers=headers)

    def count(request: requests.PreparedRequest) -> Answer:
        return Answer(body=json.dumps({"count": len(moving.at_next_request())}))

    return {"list": page, "count": count}


def graph_answers(moving: MovingList, size: int, make: Callable[[int], dict]) -> Callable:
    """A Graph list by offset: rows that move between two requests are shown twice or not at all."""

    def page(request: requests.PreparedRequest) -> Answer:
        rows = moving.at_next_request()
        here, _, query = (request.url or "").partition("?")
        at = int(parse_qs(query).get("$skiptoken", ["0"])[0])
        body: dict = {"value": [make(row) for row in [*rows[at : at + size], *moving.seen_doubled]]}
        if at + size < len(rows):
            body["@odata.nextLink"] = f"{here}?$skiptoken={at + size}"
        return Answer(body=json.dumps(body))

    return page


def graph_delta_answers(moving: MovingList, size: int, make: Callable[[int], dict]) -> Callable:
    """A Graph delta: the round goes over what was there at its start, by key; what goes meanwhile may be told.

    Every second row that goes is told as removed, also after it was shown; the others come in no later page.
    """
    order: list[int] = []

    def page(request: requests.PreparedRequest) -> Answer:
        here, _, query = (request.url or "").partition("?")
        asked = parse_qs(query).get("$skiptoken")
        at = int(asked[0]) if asked else 0
        if not asked:
            order[:] = moving.rows
        rows = moving.at_next_request()
        value = [make(row) for row in [*order[at : at + size], *moving.seen_doubled] if row in rows]
        value += [{"id": str(row), "@removed": {"reason": "changed"}} for row in sorted(moving.ever_missing) if row % 2]
        name, token = ("nextLink", "skiptoken") if at + size < len(order) else ("deltaLink", "deltatoken")
        return Answer(body=json.dumps({"value": value, f"@odata.{name}": f"{here}?${token}={at + size}"}))

    return page


@dataclass(frozen=True)
class Outcome:
    """What a read would do: how it ends, and the ids that would then be stored as living, and as removed."""

    status: str
    living: set[str]
    removed: set[str]


def store(connection: duckdb.DuckDBPyConnection, key: LegKey, column: str, rows: Sequence[dict]) -> None:
    """These rows, and no other, stored of a leg's table."""
    layout = layout_of(key.vendor, key.table)
    target = f"raw_{key.vendor}.{key.table}"
    connection.execute(f"delete from {target}")
    stamps = {"_connection_id": key.connection_id, "_run_id": "run", "_as_of_date": NOW.date(), "_extracted_at": NOW}
    stamps |= {layout.partition: layout.partition_of(key), "is_removed": False, "removed_at": None}
    schema = layout.contract.arrow_schema()
    fillers = {
        column.name: _filler(schema.field(column.name).type) for column in layout.contract.columns if column.required
    }
    given = [{name: (fillers | stamps | row).get(name) for name in schema.names} for row in rows]
    connection.register("given", pa.Table.from_pylist(given, schema=layout.contract.arrow_schema()))
    connection.execute(f"insert into {target} by name select * from given")
    connection.unregister("given")


def _filler(kind: pa.DataType) -> object:
    """Something for a required column that no example looks at."""
    if pa.types.is_temporal(kind):
        return NOW.date() if pa.types.is_date(kind) else NOW
    return "x" if pa.types.is_string(kind) else pa.scalar(0).cast(kind).as_py()


def outcome_of(connection: duckdb.DuckDBPyConnection, leg: Leg, column: str, stored: set[str], folder: Path) -> Outcome:
    """What a run makes of the leg, with these ids stored; nothing is written."""
    run = RunContext("run-1", date(2026, 10, 20), NOW, connections=1)
    found = VendorReader(run, connection, {}, folder).read_all([leg])[0]
    if found.error is not None:
        return Outcome(found.error.status.value, stored, set())
    reading = found.readings[leg.key.table]
    changes = find_changes(connection, [reading], folder / "changes", leg.key.table)
    new = {value for table in changes.fresh for value in table.select([column]).column(column).to_pylist()}
    for path in [changes.changed] if changes.changed else []:
        new |= set(pq.read_table(path, columns=[column]).column(column).to_pylist())
    removed = (
        set(pq.read_table(changes.removed, columns=[column]).column(column).to_pylist()) if changes.removed else set()
    )
    if changes.deleted_keys is not None:
        removed |= set(changes.deleted_keys.column(column).to_pylist())
    return Outcome("partial" if found.problems else "loaded", (stored - removed) | new, removed)
