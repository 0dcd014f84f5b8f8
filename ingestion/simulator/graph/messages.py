"""Mail: the folders of a mailbox, a folder's messages, and their delta."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ingestion.simulator.encoding import Row
from ingestion.simulator.graph import properties
from ingestion.simulator.graph.call import Call
from ingestion.simulator.graph.delta import Change, Round, changes_between, open_round, round_page
from ingestion.simulator.graph.errors import GraphError, bad_request
from ingestion.simulator.graph.filters import compared_names, filtered, parse_instant
from ingestion.simulator.graph.mailboxes import (
    DEFAULT_PAGE_ROWS,
    MAXIMUM_PAGE_ROWS,
    find_mailbox,
    is_immutable,
    item_id,
    item_shape,
    may_preview,
    require,
)
from ingestion.simulator.graph.permissions import MAIL, MAIL_PREVIEW

MESSAGE_TYPE = "microsoft.graph.message"
DELTA_FILTER = re.compile(r"^\s*receivedDateTime\s+g[et]\s+\S+\s*$")
DELTA_TERMS = ("$select", "$filter", "$top", "changeType")


def folders(call: Call) -> dict[str, Any]:
    """`GET /users/{id}/mailFolders`."""
    require(call, MAIL)
    mailbox = find_mailbox(call)
    rows = [_folder(name, messages) for name, messages in mailbox.folders.items()]
    size = call.top(DEFAULT_PAGE_ROWS, MAXIMUM_PAGE_ROWS, refuse_above=False)
    return call.page(rows, size, dict, f"users('{call.arguments[0]}')/mailFolders")


def folder(call: Call) -> dict[str, Any]:
    """`GET /users/{id}/mailFolders/{name}`: also the probe of whether a mailbox is in reach."""
    require(call, MAIL)
    row = _folder(_folder_name(call.arguments[1], find_mailbox(call).folders), _messages(call))
    names = [name.strip() for name in call.options.get("$select", "").split(",") if name.strip()]
    chosen = {name: row.get(name) for name in names} if names else row
    context = f"{call.request.base}/v1.0/$metadata#users('{call.arguments[0]}')/mailFolders/$entity"
    return {"@odata.context": context, **chosen, "id": row["id"]}


def listed(call: Call) -> dict[str, Any]:
    """`GET /users/{id}/mailFolders/{name}/messages`: newest first, 10 rows unless `$top` says otherwise."""
    require(call, MAIL)
    call.only("$select", "$filter", "$orderby", "$top", "$skip", "$count")
    names = call.selected(properties.MESSAGE, MESSAGE_TYPE)
    rows = _ordered(call, _messages(call))
    size = call.top(DEFAULT_PAGE_ROWS, MAXIMUM_PAGE_ROWS, refuse_above=False)
    place, immutable = call.arguments[1].lower(), is_immutable(call)

    def shape(row: Row) -> Row:
        return _withheld(call, item_shape(call, row, place, immutable, names, properties.MESSAGE, MAIL_PREVIEW))

    return call.page(rows, size, shape, _context(call))


def everywhere(call: Call) -> dict[str, Any]:
    """`GET /users/{id}/messages`: all folders, deleted items too."""
    require(call, MAIL)
    call.only("$select", "$filter", "$orderby", "$top", "$skip", "$count")
    names = call.selected(properties.MESSAGE, MESSAGE_TYPE)
    folders = find_mailbox(call).folders
    places = {str(row["id"]): name for name, rows in folders.items() for row in rows}
    rows = _ordered(call, [row for held in folders.values() for row in held])
    size = call.top(DEFAULT_PAGE_ROWS, MAXIMUM_PAGE_ROWS, refuse_above=False)
    immutable = is_immutable(call)

    def shape(row: Row) -> Row:
        place = places[str(row["id"])]
        return _withheld(call, item_shape(call, row, place, immutable, names, properties.MESSAGE, MAIL_PREVIEW))

    return call.page(rows, size, shape, f"users('{call.arguments[0]}')/messages")


def delta(call: Call) -> dict[str, Any]:
    """`GET …/messages/delta`: the folder's messages once, then what changed; a filtered first round has a limit."""
    require(call, MAIL)
    call.only("$select", "$filter", "$orderby", "$top", "$expand", "$deltatoken")
    call.selected(properties.MESSAGE, MESSAGE_TYPE)
    if not DELTA_FILTER.match(call.options.get("$filter", "receivedDateTime ge 0")):
        raise bad_request("Delta supports only a filter on receivedDateTime ge or gt.", "ErrorInvalidUrlQueryFilter")
    current = open_round(call, {name: call.options[name] for name in DELTA_TERMS if name in call.options}, None)
    place, immutable = call.arguments[1].lower(), is_immutable(call)
    # A continued round carries its selection in the token; it was checked when the round began.
    chosen = [name.strip() for name in current.terms.get("$select", "").split(",") if name.strip()]
    names = tuple(dict.fromkeys(chosen)) or None
    key = ("messages", call.tenant_id, call.request.path, current.base, current.target, tuple(current.terms.items()))
    changes = call.site.memo(key, lambda: _changes(call, current))

    def shape(change: Change) -> dict[str, Any]:
        if change.removed:
            return {
                "@odata.type": "#microsoft.graph.message",
                "id": item_id(change.row, place, immutable),
                "@removed": {"reason": change.removed},
            }
        return _withheld(call, item_shape(call, change.row, place, immutable, names, properties.MESSAGE, MAIL_PREVIEW))

    return round_page(call, current, changes, _delta_rows(call, current), shape, _context(call))


def _changes(call: Call, current: Round) -> list[Change]:
    text = current.terms.get("$filter")
    wanted = current.terms.get("changeType")
    new = _folder_rows(call, current.target, text)
    if current.base is None:
        new = new[: call.site.filtered_delta_limit_rows] if text else new
        return [Change(row) for row in new if wanted in (None, "created")]
    found = changes_between(_folder_rows(call, current.base, text), new, dict)
    # A folder knows no restorable messages: what left it is deleted there.
    changes = [replace(change, removed="deleted") if change.removed else change for change in found]
    return [change for change in changes if wanted is None or wanted == _change_type(change)]


def _change_type(change: Change) -> str:
    if change.removed:
        return change.removed
    return "created" if change.known is None else "updated"


def _folder_rows(call: Call, key: Any, text: str | None) -> list[Row]:
    rows = _messages(call, key)
    newest = sorted(rows, key=lambda row: parse_instant(row["receivedDateTime"]), reverse=True)
    return filtered(newest, text)


def _delta_rows(call: Call, current: Round) -> int:
    for text in (call.preference("odata.maxpagesize"), current.terms.get("$top")):
        if text and text.isdigit() and int(text):
            return min(int(text), MAXIMUM_PAGE_ROWS)
    return DEFAULT_PAGE_ROWS


def _messages(call: Call, key: Any = None) -> list[Row]:
    folders = find_mailbox(call, key).folders
    name = _folder_name(call.arguments[1], folders)
    found = folders.get(name)
    if found is None:
        raise GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")
    return found


def _folder_name(asked: str, folders: Mapping[str, Any]) -> str:
    """The folder's well-known name, also where the client names it by id."""
    return next((name for name in folders if _folder_id(name) == asked), asked.lower())


def _folder_id(name: str) -> str:
    return item_id({"id": name}, "folder", immutable=False)


def _withheld(call: Call, shaped: Row) -> Row:
    if may_preview(call) or "bodyPreview" not in shaped:
        return shaped
    return {name: value for name, value in shaped.items() if name != "bodyPreview"}


def _ordered(call: Call, rows: list[Row]) -> list[Row]:
    text, order = call.options.get("$filter"), call.options.get("$orderby", "receivedDateTime desc")
    names = [piece.split()[0] for piece in order.split(",") if piece.strip()]
    if text and "$orderby" in call.options and compared_names(text)[: len(names)] != names:
        raise bad_request("The restriction or sort order is too complex.", "InefficientFilter")
    if any(name not in properties.MESSAGE for name in names):
        raise bad_request(f"Could not find a property named '{names[0]}' on type '{MESSAGE_TYPE}'.")
    kept = list(filtered(rows, text))
    for piece in reversed([piece.split() for piece in order.split(",") if piece.strip()]):
        kept.sort(key=lambda row, name=piece[0]: str(row.get(name) or ""), reverse=piece[-1].lower() == "desc")
    return kept


def _folder(name: str, messages: list[Row]) -> dict[str, Any]:
    return {
        "id": _folder_id(name),
        "displayName": name,
        "parentFolderId": _folder_id("msgfolderroot"),
        "childFolderCount": 0,
        "unreadItemCount": sum(1 for message in messages if message.get("isRead") is False),
        "totalItemCount": len(messages),
        "isHidden": False,
    }


def _context(call: Call) -> str:
    return f"users('{call.arguments[0]}')/mailFolders('{call.arguments[1]}')/messages"
