"""Directory reads other than users: organization, domains, licences, reports, roles and policies."""

from collections.abc import Callable
from functools import partial
from typing import Any

from ingestion.simulator.encoding import Row
from ingestion.simulator.graph import properties
from ingestion.simulator.graph.call import Call
from ingestion.simulator.graph.errors import no_premium
from ingestion.simulator.graph.filters import filtered

REPORT_PAGE_ROWS = 999
ROLE_PAGE_ROWS = 100
SMALL_SET_ROWS = 1_000
TYPE = "microsoft.graph."

Shape = Callable[[Row], dict[str, Any]]


def plain(names: tuple[str, ...] | None) -> Shape:
    """A shape that keeps the selected properties; one that the row lacks is null, as the vendor answers."""
    if names is None:
        return dict
    return lambda row: {name: row.get(name) for name in names}


def organization(call: Call) -> dict[str, Any]:
    """`GET /organization`: one element, never paged."""
    call.only("$select")
    return _whole(call, "organization", properties.ORGANIZATION, "organization")


def domains(call: Call) -> dict[str, Any]:
    """`GET /domains`: verified and unverified."""
    call.only("$select", "$top")
    return _whole(call, "domains", properties.DOMAIN, "domain")


def subscribed_skus(call: Call) -> dict[str, Any]:
    """`GET /subscribedSkus`: only `$select` is supported."""
    call.only("$select")
    return _whole(call, "subscribedSkus", properties.SKU, "subscribedSku")


def subscriptions(call: Call) -> dict[str, Any]:
    """`GET /directory/subscriptions`."""
    call.only("$select", "$filter", "$top")
    return _whole(call, "directorySubscriptions", properties.SUBSCRIPTION, "companySubscription")


def registration_details(call: Call) -> dict[str, Any]:
    """`GET /reports/authenticationMethods/userRegistrationDetails`: needs P1, leaves disabled users out."""
    if not call.has_premium:
        raise no_premium()
    call.only("$select", "$top", "$filter", "$orderby")
    names = call.selected(properties.REGISTRATION, TYPE + "userRegistrationDetails")
    size = call.top(REPORT_PAGE_ROWS, REPORT_PAGE_ROWS, refuse_above=True)
    key = ("registration", call.tenant_id, call.position.key)
    rows = _filtered(call, call.site.memo(key, partial(_enabled_registrations, call)))
    return call.page(rows, size, plain(names), "reports/authenticationMethods/userRegistrationDetails")


def role_definitions(call: Call) -> dict[str, Any]:
    """`GET /roleManagement/directory/roleDefinitions`."""
    call.only("$select", "$filter", "$expand", "$top")
    names = call.selected(properties.ROLE_DEFINITION, TYPE + "unifiedRoleDefinition")
    rows = _filtered(call, call.tenant.collections["roleDefinitions"])
    return call.page(rows, ROLE_PAGE_ROWS, plain(names), "roleManagement/directory/roleDefinitions")


def role_assignments(call: Call) -> dict[str, Any]:
    """`GET /roleManagement/directory/roleAssignments`; `$expand=principal` adds the holder."""
    call.only("$select", "$filter", "$expand", "$top")
    names = call.selected(properties.ROLE_ASSIGNMENT, TYPE + "unifiedRoleAssignment")
    expands = call.options.get("$expand", "").partition("(")[0].strip() == "principal"
    rows = _filtered(call, call.tenant.collections["roleAssignments"])

    def shape(row: Row) -> dict[str, Any]:
        kept = {key: value for key, value in row.items() if key != "principal"}
        if names is not None:
            kept = {name: kept.get(name) for name in names if name != "principal"}
        return {**kept, "principal": row.get("principal")} if expands else kept

    return call.page(rows, ROLE_PAGE_ROWS, shape, "roleManagement/directory/roleAssignments")


def conditional_access_policies(call: Call) -> dict[str, Any]:
    """`GET /identity/conditionalAccess/policies`: a tenant without P1 has none."""
    call.only("$select", "$filter", "$top", "$skip", "$count", "$orderby")
    names = call.selected(properties.CONDITIONAL_ACCESS, TYPE + "conditionalAccessPolicy")
    rows = _filtered(call, call.tenant.collections["conditionalAccessPolicies"])
    size = call.top(SMALL_SET_ROWS, SMALL_SET_ROWS, refuse_above=False)
    return call.page(rows, size, plain(names), "identity/conditionalAccess/policies")


def named_locations(call: Call) -> dict[str, Any]:
    """`GET /identity/conditionalAccess/namedLocations`: of both kinds, so that `$select` knows what both have."""
    call.only("$select", "$filter", "$top", "$skip", "$count", "$orderby")
    names = call.selected(properties.NAMED_LOCATION, TYPE + "namedLocation")
    rows = _filtered(call, call.rows("namedLocations"))
    size = call.top(SMALL_SET_ROWS, SMALL_SET_ROWS, refuse_above=False)
    return call.page(rows, size, plain(names), "identity/conditionalAccess/namedLocations")


def security_defaults(call: Call) -> dict[str, Any]:
    """`GET /policies/identitySecurityDefaultsEnforcementPolicy`: a singleton, not a list."""
    call.only("$select")
    names = call.selected(properties.SECURITY_DEFAULTS, TYPE + "identitySecurityDefaultsEnforcementPolicy")
    context = f"{call.request.base}/v1.0/$metadata#policies/identitySecurityDefaultsEnforcementPolicy/$entity"
    return {"@odata.context": context, **plain(names)(call.tenant.security_defaults)}


def methods_policy(call: Call) -> dict[str, Any]:
    """`GET /policies/authenticationMethodsPolicy`: a singleton with the configuration of every method."""
    call.only("$select", "$expand")
    names = call.selected(properties.METHODS_POLICY, TYPE + "authenticationMethodsPolicy")
    held = call.rows("authenticationMethodsPolicy")
    policy = held[0] if held else {"id": "authenticationMethodsPolicy", "authenticationMethodConfigurations": []}
    context = f"{call.request.base}/v1.0/$metadata#policies/authenticationMethodsPolicy/$entity"
    return {"@odata.context": context, **plain(names)(policy)}


def _whole(call: Call, collection: str, known: frozenset[str], type_name: str) -> dict[str, Any]:
    names = call.selected(known, TYPE + type_name)
    rows = _filtered(call, call.tenant.collections[collection])
    return call.page(rows, SMALL_SET_ROWS, plain(names), collection)


def _filtered(call: Call, rows: list[Row]) -> list[Row]:
    return filtered(rows, call.options.get("$filter"))


def _enabled_registrations(call: Call) -> list[Row]:
    collections = call.tenant.collections
    disabled = {user["id"] for user in collections["users"] if user.get("accountEnabled") is False}
    return [row for row in collections["userRegistrationDetails"] if row["id"] not in disabled]
