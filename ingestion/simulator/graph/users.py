"""`GET /users` and `GET /users/{id}`: default properties, `$select`, page limits."""

from typing import Any

from ingestion.simulator.encoding import Row
from ingestion.simulator.graph import properties
from ingestion.simulator.graph.call import Call, unsupported_property
from ingestion.simulator.graph.directory import Shape
from ingestion.simulator.graph.errors import GraphError, bad_request, no_object, no_premium
from ingestion.simulator.graph.filters import compared_names, filtered

DEFAULT_PAGE_ROWS = 100
MAXIMUM_PAGE_ROWS = 999
# What the service allowed in 2023, with an error above it; today a larger page is cut without a word.
OLD_SIGN_IN_PAGE_ROWS = 120
SIGN_IN = "signInActivity"
USER_TYPE = "microsoft.graph.user"
ADVANCED_WORDS = (" ne ", "not ", "not(", "endswith")


def user_names(call: Call) -> tuple[str, ...] | None:
    """The selected user properties.

    Errors: GraphError 400 for an unknown one, 501 for one that lies in another store.
    """
    names = call.selected(properties.USER, USER_TYPE)
    for name in names or ():
        if name in properties.USER_ELSEWHERE:
            raise unsupported_property(name)
    return names


def listed(call: Call) -> dict[str, Any]:
    """`GET /users`: default 100 rows, at most 999, else 400."""
    call.only("$select", "$top", "$filter", "$orderby", "$count", "$expand", "$search")
    names = user_names(call)
    _check_sign_in(call, names)
    size = call.top(DEFAULT_PAGE_ROWS, MAXIMUM_PAGE_ROWS, refuse_above=True)
    if SIGN_IN in (names or ()):
        size = _sign_in_page_rows(call, size)
    rows = _found(call)
    return call.counted(call.page(rows, size, user_shape(names), "users"), rows)


def single(call: Call) -> dict[str, Any]:
    """`GET /users/{id or user principal name}`."""
    call.only("$select")
    names = user_names(call)
    _check_sign_in(call, names)
    if SIGN_IN in (names or ()) and "@" in call.arguments[0]:
        raise bad_request("Sign-in activity of a single user is read by object id only.")
    user = find_user(call, call.arguments[0])
    if user is None:
        raise no_object(call.arguments[0])
    context = f"{call.request.base}/v1.0/$metadata#users/$entity"
    return {"@odata.context": context, **user_shape(names)(user)}


def find_user(call: Call, name: str) -> Row | None:
    """The user with that object id or user principal name."""
    wanted = name.lower()
    for user in call.tenant.collections["users"]:
        if user["id"].lower() == wanted or (user.get("userPrincipalName") or "").lower() == wanted:
            return user
    return None


def user_shape(names: tuple[str, ...] | None) -> Shape:
    """A user as a plain read gives it: null where never set, `[]` for collections, no empty sign-in activity."""
    chosen = names or properties.DEFAULT_USER

    def shape(row: Row) -> dict[str, Any]:
        shaped: dict[str, Any] = {}
        for name in chosen:
            value = row.get(name)
            if value is None and name in properties.USER_COLLECTIONS:
                value = []
            if value is not None or name != SIGN_IN:
                shaped[name] = value
        return shaped

    return shape


def _sign_in_page_rows(call: Call, size: int) -> int:
    limit = call.site.sign_in_page_rows
    if size > limit == OLD_SIGN_IN_PAGE_ROWS:
        raise bad_request(f"Cannot query data for more than {limit} users at a time")
    return min(size, limit)


def _check_sign_in(call: Call, names: tuple[str, ...] | None) -> None:
    compared = compared_names(call.options.get("$filter", ""))
    filters = [name.split("/")[0] == SIGN_IN for name in compared]
    if any(filters) and not all(filters):
        raise bad_request("signInActivity cannot be filtered together with other properties.")
    asks = SIGN_IN in (names or ()) or any(filters)
    if asks and "AuditLog.Read.All" not in call.roles:
        raise GraphError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
    if asks and not call.has_premium:
        raise no_premium()


def _found(call: Call) -> list[Row]:
    rows: list[Row] = call.tenant.collections["users"]
    text = call.options.get("$filter")
    advanced = bool(text) and any(word in f" {text.lower()}" for word in ADVANCED_WORDS)
    if (advanced or "$search" in call.options or ("$orderby" in call.options and text)) and not call.is_eventual:
        raise bad_request("The query needs the header ConsistencyLevel: eventual.", "Request_UnsupportedQuery")
    if text:
        unknown = [name for name in compared_names(text) if name.split("/")[0] not in properties.USER]
        if unknown:
            raise bad_request(f"Could not find a property named '{unknown[0]}' on type '{USER_TYPE}'.")
        rows = filtered(rows, text)
    order, _, direction = call.options.get("$orderby", "").partition(" ")
    if order:
        rows = sorted(rows, key=lambda row: str(row.get(order) or "").lower(), reverse=direction.strip() == "desc")
    return rows
