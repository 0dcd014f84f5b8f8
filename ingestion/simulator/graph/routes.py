"""Graph's front door: token, path, permission, then the handler; pages are kept as bytes once answered."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

from ingestion.simulator.exchange import Request, Response, json_response
from ingestion.simulator.faults import Fault
from ingestion.simulator.graph import calendar, directory, messages, permissions, users, users_delta
from ingestion.simulator.graph.call import Call
from ingestion.simulator.graph.errors import GraphError, denied, error_response, not_found, token_rejected
from ingestion.simulator.login.tokens import Grant
from ingestion.simulator.site import Site

Handler = Callable[[Call], dict[str, Any]]

MAILBOX_PATH = re.compile(
    r"^/v1\.0/users/([^/]+)/(?:mailFolders|messages|calendarView|calendar|calendars|events|mailboxSettings|outlook)\b",
    re.IGNORECASE,
)
ANY: tuple[str, ...] = ()
ODATA_TYPE = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false"


@dataclass(frozen=True)
class Route:
    """One readable path: its handler, and the roles of which one must be granted (the handler asks where none)."""

    handler: Handler
    roles: tuple[str, ...]


FIXED: dict[str, Route] = {
    "/v1.0/organization": Route(directory.organization, permissions.ORGANIZATION),
    "/v1.0/domains": Route(directory.domains, permissions.DOMAINS),
    "/v1.0/users": Route(users.listed, permissions.USERS),
    "/v1.0/users/delta": Route(users_delta.delta, permissions.USERS),
    "/v1.0/subscribedSkus": Route(directory.subscribed_skus, permissions.SKUS),
    "/v1.0/directory/subscriptions": Route(directory.subscriptions, permissions.SUBSCRIPTIONS),
    "/v1.0/reports/authenticationMethods/userRegistrationDetails": Route(
        directory.registration_details, permissions.REPORTS
    ),
    "/v1.0/roleManagement/directory/roleDefinitions": Route(
        directory.role_definitions, permissions.DIRECTORY_ROLE_READS
    ),
    "/v1.0/roleManagement/directory/roleAssignments": Route(
        directory.role_assignments, permissions.DIRECTORY_ROLE_READS
    ),
    "/v1.0/identity/conditionalAccess/policies": Route(directory.conditional_access_policies, permissions.POLICIES),
    "/v1.0/policies/identitySecurityDefaultsEnforcementPolicy": Route(
        directory.security_defaults, permissions.POLICIES
    ),
}
VARIABLE: tuple[tuple[re.Pattern[str], Route], ...] = (
    (re.compile(r"^/v1\.0/users/([^/]+)$"), Route(users.single, permissions.USERS)),
    (re.compile(r"^/v1\.0/users/([^/]+)/mailFolders$"), Route(messages.folders, ANY)),
    (re.compile(r"^/v1\.0/users/([^/]+)/mailFolders/([^/]+)$"), Route(messages.folder, ANY)),
    (re.compile(r"^/v1\.0/users/([^/]+)/mailFolders/([^/]+)/messages$"), Route(messages.listed, ANY)),
    (re.compile(r"^/v1\.0/users/([^/]+)/mailFolders/([^/]+)/messages/delta$"), Route(messages.delta, ANY)),
    (re.compile(r"^/v1\.0/users/([^/]+)/calendarView$"), Route(calendar.view, ANY)),
)


def grant_of(request: Request, site: Site) -> Grant | None:
    """What the request's token grants."""
    return site.tokens.grant("graph", request.headers.get("authorization", ""))


def mailbox_of(path: str) -> str | None:
    """The user whose mail or calendar the path asks for, as the path spells it."""
    match = MAILBOX_PATH.match(path)
    return unquote(match.group(1)).lower() if match else None


def answer(request: Request, site: Site, grant: Grant | None, faults: list[Fault]) -> Response:
    """Graph's answer to one read."""
    try:
        response = _read(request, site, grant, faults)
    except GraphError as error:
        response = error_response(request, error)
    headers = {"request-id": str(uuid4()), "odata-version": "4.0", **response.headers}
    if "client-request-id" in request.headers:
        headers["client-request-id"] = request.headers["client-request-id"]
    return replace(response, headers=headers)


def _read(request: Request, site: Site, grant: Grant | None, faults: list[Fault]) -> Response:
    if request.method != "GET":
        raise GraphError(405, "Request_BadRequest", "Specified HTTP method is not allowed.", {"allow": "GET"})
    if grant is None or grant.tenant is None:
        if "authorization" in request.headers:
            raise token_rejected("TokenExpired", "Lifetime validation failed, the token is expired.")
        raise token_rejected("MissingToken", "Access token is empty.")
    roles = frozenset(permissions.honoured_roles(grant.roles, faults))
    hidden = any(fault.kind.name == "no_p1" for fault in faults)
    return _cached(Call(request, site, grant.tenant, roles, hidden), faults)


def _cached(call: Call, faults: list[Fault]) -> Response:
    request, site = call.request, call.site
    shaped_by = (request.host, request.path, request.query, request.headers.get("prefer"), call.tenant_id, call.roles)
    key = (shaped_by, site.key)
    if faults:
        return json_response(_document(call))
    page = site.pages.get(key)
    if page is None:
        page = json_response(_document(call), content_type=ODATA_TYPE)
        site.pages.put(key, page)
    return page


def _document(call: Call) -> dict[str, Any]:
    path = call.request.path
    route, arguments = FIXED.get(path), ()
    if route is None:
        for pattern, candidate in VARIABLE:
            match = pattern.match(path)
            if match:
                route, arguments = candidate, match.groups()
                break
    if route is None:
        raise not_found(path)
    if route.roles and not call.roles.intersection(route.roles):
        raise denied(path)
    return route.handler(call.with_arguments(arguments))
