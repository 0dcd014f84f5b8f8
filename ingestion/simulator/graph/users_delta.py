"""`GET /users/delta`: every user once, then what changed; tokens live seven days."""

from collections.abc import Callable
from typing import Any

from ingestion.simulator.encoding import Row
from ingestion.simulator.graph import properties
from ingestion.simulator.graph.call import Call
from ingestion.simulator.graph.delta import Change, Round, changes_between, open_round, round_page
from ingestion.simulator.graph.filters import filtered
from ingestion.simulator.graph.users import user_names

TOKEN_LIFE_DAYS = 7
MAXIMUM_PAGE_ROWS = 999
TERMS = ("$select", "$filter")


def delta(call: Call) -> dict[str, Any]:
    """One page of a round of users.

    Shape: rows hold the selected properties; those never set are absent, those emptied since are null.
    """
    call.only("$select", "$filter", "$deltatoken")
    user_names(call)
    current = open_round(call, {name: call.options[name] for name in TERMS if name in call.options}, TOKEN_LIFE_DAYS)
    names = _names(current)
    key = ("users", call.tenant_id, current.base, current.target, tuple(current.terms.items()))
    changes = call.site.memo(key, lambda: _changes(call, current, names))
    return round_page(call, current, changes, _page_rows(call), _shape(names), "users")


def _page_rows(call: Call) -> int:
    asked = call.preference("odata.maxpagesize") or ""
    return min(int(asked), MAXIMUM_PAGE_ROWS) if asked.isdigit() and int(asked) else call.site.delta_page_rows


def _names(current: Round) -> tuple[str, ...]:
    text = current.terms.get("$select", "")
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip())) or properties.DEFAULT_USER
    # Sign-in activity is not tracked, and the id always comes.
    return ("id", *(name for name in names if name not in ("id", "signInActivity")))


def _changes(call: Call, current: Round, names: tuple[str, ...]) -> list[Change]:
    new, deleted = _held(call, current, current.target)
    if current.base is None:
        # Soft-deleted users show as removed even in a first round.
        return [Change(row) for row in new] + [Change(row, removed="changed") for row in deleted.values()]
    old, gone_before = _held(call, current, current.base)
    changes = changes_between(old, new, lambda row: [row.get(name) for name in names])
    kept = {row["id"] for row in new}
    purged = [row for user_id, row in gone_before.items() if user_id not in deleted and user_id not in kept]
    return changes + [Change(row, removed="deleted") for row in purged]


def _held(call: Call, current: Round, key: Any) -> tuple[list[Row], dict[str, Row]]:
    collections = call.tenant_at(key).collections
    users, deleted = collections["users"], collections.get("deletedUsers", [])
    text = current.terms.get("$filter")
    return filtered(users, text), {row["id"]: row for row in filtered(deleted, text)}


def _shape(names: tuple[str, ...]) -> Callable[[Change], dict[str, Any]]:
    def shape(change: Change) -> dict[str, Any]:
        if change.removed:
            return {"id": change.row["id"], "@removed": {"reason": change.removed}}
        shaped: dict[str, Any] = {}
        for name in names:
            value = change.row.get(name)
            if value is not None:
                shaped[name] = value
            elif change.known is not None and change.known.get(name) is not None:
                shaped[name] = [] if name in properties.USER_COLLECTIONS else None
        return shaped

    return shape
