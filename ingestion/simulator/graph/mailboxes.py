"""Which mailbox a path names, whether the application may open it, and how its items look from outside."""

import base64
import hashlib
from typing import TYPE_CHECKING, Any

from ingestion.simulator.encoding import Row
from ingestion.simulator.graph import properties
from ingestion.simulator.graph.call import Call
from ingestion.simulator.graph.errors import GraphError, denied
from ingestion.simulator.graph.permissions import MAIL_PREVIEW
from ingestion.simulator.graph.users import find_user

if TYPE_CHECKING:
    from ingestion.simulator.world import MailboxSnapshot

BLOCKED_TEXT = "Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly AccessPolicy settings."
CANARY_BODY = {"contentType": "text", "content": "CANARY-BODY-server"}
CANARY_ATTACHMENTS = [{"id": "1", "name": "canary.txt", "contentBytes": "Q0FOQVJZLUJPRFktc2VydmVy"}]
DEFAULT_PAGE_ROWS = 10
MAXIMUM_PAGE_ROWS = 1_000


def find_mailbox(call: Call, call_key: Any = None) -> "MailboxSnapshot":
    """The mailbox of the path's user in one state of the world.

    Errors: GraphError 403 where the tenant's access policy blocks it, 404 where there is none.
    """
    tenant = call.tenant_at(call_key or call.position.key)
    name = call.arguments[0]
    user = find_user(call, name)
    names = {
        name.lower(),
        (user or {}).get("userPrincipalName", name).lower(),
        ((user or {}).get("mail") or "").lower(),
    }
    address = next((one for one in names if one in tenant.mailboxes), None)
    if user is None and address is None:
        raise GraphError(404, "ErrorInvalidUser", "The requested user is invalid.")
    scope = call.site.mailbox_scope.get(call.tenant_id)
    if scope is not None and not names & {one.lower() for one in scope}:
        raise GraphError(403, "ErrorAccessDenied", BLOCKED_TEXT)
    if address is None and tenant.mailboxes:
        raise GraphError(403, "ErrorAccessDenied", BLOCKED_TEXT)
    if address is None:
        text = "The mailbox is either inactive, soft-deleted, or is hosted on-premise."
        raise GraphError(404, "MailboxNotEnabledForRESTAPI", text)
    return tenant.mailboxes[address]


def require(call: Call, roles: tuple[str, ...]) -> None:
    """Refuse a caller who holds none of the roles.

    Errors: GraphError 403.
    """
    if not call.roles.intersection(roles):
        raise denied(call.request.path)


def is_immutable(call: Call) -> bool:
    """Whether the client asked for ids that survive a move."""
    return (call.preference("IdType") or "").lower() == "immutableid"


def item_id(row: Row, place: str, immutable: bool) -> str:
    """The item's id: the world's own is immutable; the ordinary one changes with the folder."""
    if immutable:
        return str(row["id"])
    digest = hashlib.sha256(f"{place}/{row['id']}".encode()).digest()
    return "AAMkAD" + base64.urlsafe_b64encode(digest).decode()


def item_shape(
    call: Call, row: Row, place: str, immutable: bool, names: tuple[str, ...] | None, known: frozenset[str], role: str
) -> Row:
    """The item with its id, tag, the selected properties, and the bodies; `role` is the one that may read them.

    Shape: bodies come whether selected or not, since a client must drop them by itself; with the option
    `sends_bodies` off they come as at the vendor.
    """
    whole = [name for name in row if name in known and name not in properties.BODIES]
    chosen = whole if names is None else names
    shaped: dict[str, Any] = {"@odata.etag": f'W/"{row.get("changeKey") or row["id"]}"'}
    if "@odata.type" in row:
        shaped["@odata.type"] = row["@odata.type"]
    shaped["id"] = item_id(row, place, immutable)
    for name in chosen:
        if name != "id":
            shaped[name] = row.get(name)
    if not call.site.sends_bodies and (names is not None or role not in call.roles):
        asked = names if role in call.roles else ()
        return {name: value for name, value in shaped.items() if name not in properties.BODIES or name in (asked or ())}
    shaped["body"] = row.get("body") or CANARY_BODY
    shaped["uniqueBody"] = row.get("uniqueBody") or CANARY_BODY
    shaped["attachments"] = row.get("attachments") or CANARY_ATTACHMENTS
    return shaped


def may_preview(call: Call, basic_free_role: str = MAIL_PREVIEW) -> bool:
    """Whether the caller's permission shows `bodyPreview`."""
    return basic_free_role in call.roles
