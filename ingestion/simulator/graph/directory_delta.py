"""Delta rounds of directory objects: users, groups, applications and service principals; tokens live seven days."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ingestion.simulator.encoding import Row
from ingestion.simulator.graph.call import Call
from ingestion.simulator.graph.delta import Change, Round, changes_between, open_round, round_page
from ingestion.simulator.graph.filters import filtered

TOKEN_LIFE_DAYS = 7
MAXIMUM_PAGE_ROWS = 999
TERMS = ("$select", "$filter")

Shape = Callable[[Change, tuple[str, ...]], dict[str, Any]]


@dataclass(frozen=True)
class DeltaKind:
    """What a kind of directory object has.

    `bin` is the collection of its soft-deleted ones, `defaults` what comes without `$select`, `lists` the properties
    that are emptied to `[]`, `untracked` what a delta never tells, `shape` how a change is told if not plainly.
    """

    collection: str
    bin: str
    defaults: tuple[str, ...]
    lists: frozenset[str]
    untracked: frozenset[str] = frozenset()
    shape: Shape | None = None


def round_of(call: Call, kind: DeltaKind) -> dict[str, Any]:
    """One page of a round.

    Shape: rows hold the selected properties; those never set are absent, those emptied since are null.
    """
    current = open_round(call, {name: call.options[name] for name in TERMS if name in call.options}, TOKEN_LIFE_DAYS)
    names = _names(current, kind)
    key = (kind.collection, call.tenant_id, current.base, current.target, tuple(current.terms.items()))
    changes = call.site.memo(key, lambda: _changes(call, current, kind, names))
    shape = kind.shape or plain_shape(kind)
    return round_page(call, current, changes, _page_rows(call), lambda change: shape(change, names), kind.collection)


def plain_shape(kind: DeltaKind) -> Shape:
    """A changed row with what is set, or what the client still holds and the row lost."""

    def shape(change: Change, names: tuple[str, ...]) -> dict[str, Any]:
        if change.removed:
            return {"id": change.row["id"], "@removed": {"reason": change.removed}}
        shaped: dict[str, Any] = {}
        for name in names:
            value = change.row.get(name)
            if value is not None:
                shaped[name] = value
            elif change.known is not None and change.known.get(name) is not None:
                shaped[name] = [] if name in kind.lists else None
        return shaped

    return shape


def _page_rows(call: Call) -> int:
    asked = call.preference("odata.maxpagesize") or ""
    return min(int(asked), MAXIMUM_PAGE_ROWS) if asked.isdigit() and int(asked) else call.site.delta_page_rows


def _names(current: Round, kind: DeltaKind) -> tuple[str, ...]:
    text = current.terms.get("$select", "")
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip())) or kind.defaults
    # The id always comes.
    return ("id", *(name for name in names if name != "id" and name not in kind.untracked))


def _changes(call: Call, current: Round, kind: DeltaKind, names: tuple[str, ...]) -> list[Change]:
    new, deleted = _held(call, current, kind, current.target)
    if current.base is None:
        # Soft-deleted objects show as removed even in a first round.
        return [Change(row) for row in new] + [Change(row, removed="changed") for row in deleted.values()]
    old, gone_before = _held(call, current, kind, current.base)
    changes = changes_between(old, new, lambda row: [row.get(name) for name in names])
    kept = {row["id"] for row in new}
    purged = [row for object_id, row in gone_before.items() if object_id not in deleted and object_id not in kept]
    return changes + [Change(row, removed="deleted") for row in purged]


def _held(call: Call, current: Round, kind: DeltaKind, key: Any) -> tuple[list[Row], dict[str, Row]]:
    collections = call.tenant_at(key).collections
    text = current.terms.get("$filter")
    rows = filtered(collections.get(kind.collection, []), text)
    return rows, {row["id"]: row for row in filtered(collections.get(kind.bin, []), text)}
