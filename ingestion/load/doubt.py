"""Which finished scopes may not be believed yet: what they would remove or add is not proven, so they are read again.

Stored keys + keys of a read + its proof → doubts; two reads that agree are believed, others take nothing away.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.legs import IngestionError, LegKey, LegStatus, Proof, ScopeEnd
from ingestion.load.changes import TableReading
from ingestion.load.fall import FallBound
from ingestion.load.overlay import stored_rows
from ingestion.load.scopes import scope_name
from ingestion.load.state import StateKey, StateValue

# A list that does not agree with itself in so many reads is not believed in this run.
MAX_READS = 3


@dataclass(frozen=True)
class Doubt:
    """One scope that is not believed yet. kind: `broken`, `moved`, `empty` or `fall`; keys: what the read found."""

    table: str
    scope: str
    kind: str
    stored: int
    found: int
    gone: int
    keys: frozenset

    def is_settled_by(self, earlier: "Doubt | None") -> bool:
        """Whether an earlier read of the same scope found the same; an announced total that differs stays a doubt."""
        return self.kind != "broken" and earlier is not None and earlier.keys == self.keys


def find_doubts(
    connection: duckdb.DuckDBPyConnection, readings: Iterable[TableReading], bound: FallBound
) -> dict[tuple[str, str], Doubt]:
    """The doubtful scopes of a leg's tables, by table and scope."""
    return {
        (doubt.table, doubt.scope): doubt
        for reading in readings
        for doubt in _doubts_of(connection, reading, bound)
    }  # fmt: skip


def unbelieved(
    reading: TableReading, doubts: Sequence[Doubt], state: Mapping[StateKey, StateValue]
) -> tuple[TableReading, IngestionError]:
    """The reading with its doubtful scopes taking nothing away and moving no cursor, and the problem that says so."""
    names = {doubt.scope for doubt in doubts}
    scopes = []
    for scope in reading.scopes:
        if scope_name(scope) in names:
            kept = state.get(StateKey(reading.key, scope_name(scope)), StateValue()).cursor
            scope = replace(scope, mode="delta" if scope.mode == "full" else scope.mode, cursor=kept)
        scopes.append(scope)
    return replace(reading, scopes=tuple(scopes), digest=None), _incomplete(reading.key, doubts)


def fall_words(key: LegKey, doubts: Sequence[Doubt]) -> str:
    """What a fall that two reads agree on is told as."""
    gone, stored = sum(doubt.gone for doubt in doubts), sum(doubt.stored for doubt in doubts)
    return (
        f"{_where(key)}: {gone} of {stored} stored rows are gone; the list was read twice and both reads agree. "
        "They were taken for removed."
    )


def _doubts_of(connection: duckdb.DuckDBPyConnection, reading: TableReading, bound: FallBound) -> list[Doubt]:
    scopes = [scope for scope in reading.scopes if scope.mode == "full" or scope.proof is not Proof.SURE]
    if reading.is_unchanged:
        scopes = [scope for scope in scopes if scope.proof is Proof.BROKEN]
    if not scopes or _is_plainly_whole(connection, reading, scopes, bound):
        return []
    stored = _stored_keys(connection, reading, scopes)
    if not stored and all(scope.proof is Proof.SURE for scope in scopes):
        return []
    found_rows = _keys_by_scope(reading.rows.select(_columns(reading, scopes)), reading, scopes)
    doubts = []
    for scope in scopes:
        name = scope_name(scope)
        held, found = stored.get(name, frozenset()), found_rows.get(name, frozenset())
        kind, gone = _kind(scope, held - _removed(reading, scope), found, bound)
        if kind:
            doubts.append(Doubt(reading.key.table, name, kind, len(held), len(found), gone, found))
    return doubts


def _is_plainly_whole(
    connection: duckdb.DuckDBPyConnection, reading: TableReading, scopes: Sequence[ScopeEnd], bound: FallBound
) -> bool:
    """Whether one sure read of the whole table lost so few keys that nothing is in doubt, told column by column.

    Most tables of a large tenant end here; key by key, a million rows would cost seconds and hundreds of megabytes.
    """
    names = _columns(reading, scopes)
    is_simple = len(scopes) == 1 and len(names) == 1 and not scopes[0].where and scopes[0].keep_column is None
    if not is_simple or scopes[0].proof is not Proof.SURE:
        return False
    stored = stored_rows(connection, reading.key, names).column(0)
    if not len(stored):
        return True
    found = reading.rows.select(names).column(0)
    if not len(found):
        return False
    gone = len(stored) - (pc.sum(pc.is_in(stored, value_set=pc.unique(found))).as_py() or 0)
    return not bound.is_sharp(gone, len(stored))


def _kind(scope: ScopeEnd, held: frozenset, found: frozenset, bound: FallBound) -> tuple[str, int]:
    gone = len(held - found) if scope.mode == "full" else 0
    if scope.proof is Proof.BROKEN:
        return "broken", gone
    if gone and not found:
        return "empty", gone
    if bound.is_sharp(gone, len(held)):
        return "fall", gone
    if scope.proof is Proof.SURE:
        return "", gone
    is_moved = held != found if scope.mode == "full" else bool(found)
    return ("moved" if is_moved else ""), gone


def _columns(reading: TableReading, scopes: Sequence[ScopeEnd]) -> list[str]:
    names = [name for name in reading.layout.key if name != reading.layout.partition]
    return list(dict.fromkeys([*(name for scope in scopes for name in scope.where), *names]))


def _stored_keys(
    connection: duckdb.DuckDBPyConnection, reading: TableReading, scopes: Sequence[ScopeEnd]
) -> dict[str, frozenset]:
    dated = {scope.keep_column for scope in scopes if scope.keep_column is not None}
    columns = list(dict.fromkeys([*_columns(reading, scopes), *dated]))
    return _keys_by_scope(stored_rows(connection, reading.key, columns), reading, scopes)


def _keys_by_scope(rows: pa.Table, reading: TableReading, scopes: Sequence[ScopeEnd]) -> dict[str, frozenset]:
    """The key values of rows, by the scope that they lie in; rows out of a scope's window are none of it."""
    if not rows.num_rows:
        return {}
    key = [name for name in reading.layout.key if name != reading.layout.partition]
    keys = list(zip(*(rows.column(name).to_pylist() for name in key), strict=True))
    found: dict[str, frozenset] = {}
    places: dict[tuple[str, ...], dict[tuple, set[int]]] = {}
    for scope in scopes:
        names = tuple(scope.where)
        if names and names not in places:
            places[names] = {}
            for place, values in enumerate(zip(*(rows.column(name).to_pylist() for name in names), strict=True)):
                places[names].setdefault(values, set()).add(place)
        within = places[names].get(tuple(scope.where.values()), set()) if names else range(rows.num_rows)
        if scope.keep_column is not None and scope.keep_from is not None and scope.keep_column in rows.column_names:
            times = rows.column(scope.keep_column).to_pylist()
            within = [place for place in within if times[place] is None or times[place] >= scope.keep_from]
        found[scope_name(scope)] = frozenset(keys[place] for place in within)
    return found


def _removed(reading: TableReading, scope: ScopeEnd) -> frozenset:
    """Keys that the vendor itself reported as removed: no absence, but its word."""
    if scope.removed_keys is None or not scope.removed_keys.num_rows:
        return frozenset()
    key = [name for name in reading.layout.key if name != reading.layout.partition]
    if any(name not in scope.removed_keys.column_names for name in key):
        return frozenset()
    return frozenset(zip(*(scope.removed_keys.column(name).to_pylist() for name in key), strict=True))


def _incomplete(key: LegKey, doubts: Sequence[Doubt]) -> IngestionError:
    found, stored = sum(doubt.found for doubt in doubts), sum(doubt.stored for doubt in doubts)
    kinds = {doubt.kind for doubt in doubts}
    what = "the vendor's own total says otherwise" if "broken" in kinds else "no two reads agree"
    return IngestionError(
        f"{_where(key)}: read {found} rows where {stored} are stored, and {what}; expected a list that is proven to be "
        "whole. The rows that came were stored, none was taken for removed.",
        error_class="incomplete_list",
        advice="The list changed while it was read. Run again; if it stays, report it with this message.",
        status=LegStatus.PARTIAL,
    )


def _where(key: LegKey) -> str:
    return f"{key.vendor}/{key.table}" + (f", tenant {key.tenant_id}" if key.tenant_id else "")
