"""Groups, their delta, and their members: direct, transitive, and cast to users."""

from collections.abc import Iterator
from typing import Any

from ingestion.simulator.encoding import Row
from ingestion.simulator.graph import permissions, properties
from ingestion.simulator.graph.call import Call
from ingestion.simulator.graph.delta import Change
from ingestion.simulator.graph.directory import plain
from ingestion.simulator.graph.directory_delta import DeltaKind, plain_shape, round_of
from ingestion.simulator.graph.errors import bad_request, denied, no_object
from ingestion.simulator.graph.filters import filtered

DEFAULT_PAGE_ROWS = 100
MAXIMUM_PAGE_ROWS = 999
GROUP_TYPE = "microsoft.graph.group"
TYPE_PREFIX = "#microsoft.graph."
HIDDEN = "HiddenMembership"
ADVANCED_WORDS = (" ne ", "not ", "not(", "endswith", "$count")
# What a member shows of itself where nothing is selected.
MEMBER_DEFAULTS = {
    "user": properties.DEFAULT_USER,
    "group": properties.GROUP_DEFAULT,
    "servicePrincipal": ("id", "appId", "displayName", "accountEnabled", "servicePrincipalType"),
}
KNOWN_MEMBER = properties.USER | properties.GROUP | properties.SERVICE_PRINCIPAL


def listed(call: Call) -> dict[str, Any]:
    """`GET /groups`: default 100 rows, at most 999, else 400."""
    call.only("$select", "$top", "$filter", "$orderby", "$count", "$expand", "$search")
    names = call.selected(properties.GROUP, GROUP_TYPE)
    text = call.options.get("$filter", "")
    if any(word in f" {text.lower()}" for word in ADVANCED_WORDS) and not _is_advanced(call):
        raise bad_request("The query needs ConsistencyLevel: eventual and $count=true.", "Request_UnsupportedQuery")
    rows = filtered(call.rows("groups"), text)
    size = call.top(DEFAULT_PAGE_ROWS, MAXIMUM_PAGE_ROWS, refuse_above=True)
    return call.counted(call.page(rows, size, plain(names or properties.GROUP_DEFAULT), "groups"), rows)


def single(call: Call) -> dict[str, Any]:
    """`GET /groups/{id}`."""
    call.only("$select")
    names = call.selected(properties.GROUP, GROUP_TYPE) or properties.GROUP_DEFAULT
    context = f"{call.request.base}/v1.0/$metadata#groups/$entity"
    return {"@odata.context": context, **plain(names)(_group(call))}


def delta(call: Call) -> dict[str, Any]:
    """`GET /groups/delta`; with `members` in `$select` a row tells who joined and who left."""
    call.only("$select", "$filter", "$deltatoken", "$expand")
    call.selected(properties.GROUP, GROUP_TYPE)
    return round_of(call, DELTA)


def members(call: Call) -> dict[str, Any]:
    """`GET /groups/{id}/members`."""
    group = _group(call)
    return _members(call, group, [(row["@odata.type"], row["id"]) for row in _direct(call, group["id"])])


def transitive_members(call: Call) -> dict[str, Any]:
    """`GET /groups/{id}/transitiveMembers`: nested groups are rows of their own beside their members."""
    group = _group(call)
    return _members(call, group, list(_flattened(call, group["id"])))


def _group(call: Call) -> Row:
    wanted = call.arguments[0].lower()
    found = next((row for row in call.rows("groups") if row["id"].lower() == wanted), None)
    if found is None:
        raise no_object(call.arguments[0])
    return found


def _direct(call: Call, group_id: str) -> list[Row]:
    return next((row.get("members") or [] for row in call.rows("groups") if row["id"] == group_id), [])


def _flattened(call: Call, group_id: str) -> Iterator[tuple[str, str]]:
    seen, waiting = {group_id}, [group_id]
    while waiting:
        for row in _direct(call, waiting.pop(0)):
            if row["id"] in seen:
                continue
            seen.add(row["id"])
            yield row["@odata.type"], row["id"]
            if row["@odata.type"] == TYPE_PREFIX + "group":
                waiting.append(row["id"])


def _members(call: Call, group: Row, found: list[tuple[str, str]]) -> dict[str, Any]:
    call.only("$select", "$top", "$filter", "$count", "$search", "$orderby", "$expand")
    cast = (call.arguments[1] or "").removeprefix("microsoft.graph.") or None
    if (cast or call.options.keys() & {"$filter", "$search", "$count", "$orderby"}) and not _is_advanced(call):
        raise bad_request("The query needs ConsistencyLevel: eventual and $count=true.", "Request_UnsupportedQuery")
    if group.get("visibility") == HIDDEN and permissions.HIDDEN_MEMBERS not in call.roles:
        raise denied(call.request.path)
    names = call.selected(KNOWN_MEMBER, f"microsoft.graph.{cast or 'directoryObject'}")
    by_id = _objects(call)
    kept = [(kind, member_id) for kind, member_id in found if cast is None or kind == TYPE_PREFIX + cast]
    rows = [_member(call, kind, by_id.get(member_id, {"id": member_id}), names, cast) for kind, member_id in kept]
    rows = filtered(rows, call.options.get("$filter"))
    size = call.top(DEFAULT_PAGE_ROWS, MAXIMUM_PAGE_ROWS, refuse_above=True)
    return call.counted(call.page(rows, size, dict, "directoryObjects"), rows)


def _objects(call: Call) -> dict[str, Row]:
    def gather() -> dict[str, Row]:
        return {row["id"]: row for name in ("users", "groups", "servicePrincipals") for row in call.rows(name)}

    return call.site.memo(("directoryObjects", call.tenant_id, call.position.key), gather)


def _member(call: Call, kind: str, row: Row, names: tuple[str, ...] | None, cast: str | None) -> dict[str, Any]:
    word = kind.removeprefix(TYPE_PREFIX)
    is_readable = bool(call.roles.intersection(permissions.MEMBER_READS.get(word, ())))
    chosen = names or MEMBER_DEFAULTS.get(word, ("id",))
    shown = {name: row.get(name) if is_readable or name == "id" else None for name in chosen}
    return shown if cast else {"@odata.type": kind, **shown}


def _is_advanced(call: Call) -> bool:
    return call.is_eventual and call.options.get("$count") == "true"


def _with_members(change: Change, names: tuple[str, ...]) -> dict[str, Any]:
    shaped = plain_shape(DELTA)(change, tuple(name for name in names if name != "members"))
    if "members" in names and not change.removed:
        now = {row["id"]: row for row in change.row.get("members") or ()}
        before = {row["id"]: row for row in (change.known or {}).get("members") or ()}
        joined = [dict(row) for member_id, row in now.items() if member_id not in before]
        left = [{**row, "@removed": {"reason": "deleted"}} for member_id, row in before.items() if member_id not in now]
        if joined or left:
            shaped["members@delta"] = joined + left
    return shaped


DELTA = DeltaKind(
    "groups",
    "deletedGroups",
    properties.GROUP_DEFAULT,
    properties.GROUP_COLLECTIONS,
    untracked=frozenset(("licenseProcessingState",)),
    shape=_with_members,
)
