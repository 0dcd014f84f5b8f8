"""Graph's front door: token, path, permission, then the handler; pages are kept as bytes once answered."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

from ingestion.simulator.exchange import Request, Response, json_response
from ingestion.simulator.faultcatalog import Stage
from ingestion.simulator.faults import Fault
from ingestion.simulator.graph import (
    applications,
    calendar,
    directory,
    groups,
    messages,
    partners,
    permissions,
    schedules,
    security,
    usage,
    users,
    users_delta,
)
from ingestion.simulator.graph.call import Call
from ingestion.simulator.graph.clouds import absence
from ingestion.simulator.graph.errors import GraphError, denied, error_response, not_found, token_rejected
from ingestion.simulator.graph.spelling import canonical
from ingestion.simulator.login.tokens import Grant
from ingestion.simulator.site import Site

Handler = Callable[[Call], dict[str, Any] | Response]

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
    "/v1.0/identity/conditionalAccess/namedLocations": Route(directory.named_locations, permissions.POLICIES),
    "/v1.0/policies/identitySecurityDefaultsEnforcementPolicy": Route(
        directory.security_defaults, permissions.POLICIES
    ),
    "/v1.0/policies/authenticationMethodsPolicy": Route(directory.methods_policy, permissions.METHODS_POLICY),
    "/v1.0/roleManagement/directory/roleAssignmentScheduleInstances": Route(
        schedules.assignment_instances, permissions.ASSIGNMENT_SCHEDULES
    ),
    "/v1.0/roleManagement/directory/roleEligibilityScheduleInstances": Route(
        schedules.eligibility_instances, permissions.ELIGIBILITY_SCHEDULES
    ),
    "/v1.0/groups": Route(groups.listed, permissions.GROUPS),
    "/v1.0/groups/delta": Route(groups.delta, permissions.GROUPS),
    "/v1.0/applications": Route(applications.applications, permissions.APPLICATIONS),
    "/v1.0/applications/delta": Route(applications.applications_delta, permissions.APPLICATIONS),
    "/v1.0/servicePrincipals": Route(applications.service_principals, permissions.APPLICATIONS),
    "/v1.0/servicePrincipals/delta": Route(applications.service_principals_delta, permissions.APPLICATIONS),
    "/v1.0/security/secureScores": Route(security.scores, permissions.SECURITY),
    "/v1.0/security/secureScoreControlProfiles": Route(security.profiles, permissions.SECURITY),
    "/v1.0/tenantRelationships/delegatedAdminRelationships": Route(partners.relationships, permissions.PARTNER),
    "/v1.0/tenantRelationships/delegatedAdminCustomers": Route(partners.customers, permissions.PARTNER),
    "/v1.0/admin/reportSettings": Route(usage.report_settings, permissions.REPORT_SETTINGS),
}
CAST = r"(?:/(microsoft\.graph\.\w+))?$"
VARIABLE: tuple[tuple[re.Pattern[str], Route], ...] = (
    (re.compile(r"^/v1\.0/users/([^/]+)$"), Route(users.single, permissions.USERS)),
    (re.compile(r"^/v1\.0/users/([^/]+)/mailFolders$"), Route(messages.folders, ANY)),
    (re.compile(r"^/v1\.0/users/([^/]+)/mailFolders/([^/]+)$"), Route(messages.folder, ANY)),
    (re.compile(r"^/v1\.0/users/([^/]+)/mailFolders/([^/]+)/messages$"), Route(messages.listed, ANY)),
    (re.compile(r"^/v1\.0/users/([^/]+)/mailFolders/([^/]+)/messages/delta$"), Route(messages.delta, ANY)),
    (re.compile(r"^/v1\.0/users/([^/]+)/messages$"), Route(messages.everywhere, ANY)),
    (re.compile(r"^/v1\.0/users/([^/]+)/calendarView$"), Route(calendar.view, ANY)),
    (re.compile(r"^/v1\.0/users/([^/]+)/(?:calendar/)?events$"), Route(calendar.events, ANY)),
    (re.compile(r"^/v1\.0/groups/([^/]+)$"), Route(groups.single, permissions.GROUPS)),
    (re.compile(r"^/v1\.0/groups/([^/]+)/members" + CAST), Route(groups.members, permissions.GROUP_MEMBERS)),
    (
        re.compile(r"^/v1\.0/groups/([^/]+)/transitiveMembers" + CAST),
        Route(groups.transitive_members, permissions.GROUP_MEMBERS),
    ),
    (
        re.compile(r"^/v1\.0/reports/getMailboxUsageDetail\(period='(\w+)'\)$"),
        Route(usage.mailbox_detail, permissions.USAGE_REPORTS),
    ),
)


def grant_of(request: Request, site: Site) -> Grant | None:
    """What the request's token grants."""
    return site.tokens.grant("graph", request.headers.get("authorization", ""))


def mailbox_of(path: str) -> str | None:
    """The user whose mail or calendar the path asks for, as the path spells it."""
    match = MAILBOX_PATH.match(canonical(path))
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
    shaping = {fault.kind.name: fault for fault in faults if fault.kind.stage is Stage.RIGHTS}
    call = Call(
        request,
        site,
        grant.tenant,
        roles,
        premium_hidden="no_p1" in shaping,
        pim_refusal=shaping["no_p2"].parameters["code"] if "no_p2" in shaping else None,
        backwards="reversed_pages" in shaping,
        page_limit=shaping["short_page"].parameters["rows"] if "short_page" in shaping else None,
    )
    return _cached(call, bool(shaping))


def _cached(call: Call, is_shaped: bool) -> Response:
    request, site = call.request, call.site
    told = (request.headers.get("prefer"), request.headers.get("consistencylevel"))
    shaped_by = (request.host, request.path, request.query, told, call.tenant_id, call.roles)
    key = (shaped_by, site.key)
    page = None if is_shaped else site.pages.get(key)
    if page is None:
        document = _document(call)
        if isinstance(document, Response):
            return document
        page = json_response(document, content_type=ODATA_TYPE)
        if not is_shaped:
            site.pages.put(key, page)
    return page


def _document(call: Call) -> dict[str, Any] | Response:
    path = canonical(call.request.path)
    route, arguments = FIXED.get(path), ()
    if route is None:
        for pattern, candidate in VARIABLE:
            match = pattern.match(path)
            if match:
                route, arguments = candidate, match.groups()
                break
    if route is None:
        raise not_found(path)
    missing = absence(call.site.cloud, path)
    if missing is not None:
        raise missing
    if route.roles and not call.roles.intersection(route.roles):
        raise denied(path)
    return route.handler(call.with_arguments(arguments))
