"""Graph's published limits, as data, and the budgets of one tenant that its requests draw on.

Endpoint family, path and mailbox → draws. Source: reference microsoft-graph, section 5.
"""

import re
import threading
from collections.abc import Callable
from urllib.parse import parse_qs, unquote, urlsplit

from ingestion.http.budget import Budget, Draw, Quota
from ingestion.microsoft.endpoints import API_ROOT

APP_REQUESTS = Quota(2_000, 1.0)
# Resource units of the directory.
APP_DIRECTORY = Quota(150_000, 20.0)
# Least number of users → the tenant's quota; a tenant counts as small until its users prove otherwise.
TENANT_DIRECTORY = ((0, Quota(3_500, 10.0)), (50, Quota(5_000, 10.0)), (501, Quota(8_000, 10.0)))
MAILBOX = (Quota(10_000, 600.0, at_once=4),)
# By endpoint family: what it draws on beside the app's own limits. Conditional Access gives one request a second to
# all apps together and never says how long to wait.
TENANT_QUOTAS = {
    "reports": (Quota(5, 10.0),),
    "conditional_access": (Quota(1, 1.0),),
    "usage_reports": (Quota(14, 600.0),),
    "security": (Quota(150, 60.0), Quota(10_000, 600.0, at_once=4)),
}
# By property in `$select`: a limit of its own, whatever the family.
# signInActivity draws on the same budget as the reports.
SELECTED_QUOTAS = {"keyCredentials": Quota(150, 60.0), "signInActivity": TENANT_QUOTAS["reports"][0]}
# The limit above holds for each usage report alone; this one for all of them, by whatever app.
ALL_USAGE_REPORTS = Quota(40, 600.0)

# Resource units by path; anything else costs 1. `$select` takes one off, `$expand` adds one, `$top` below 20 takes one
# off; never below 1.
UNITS = (
    (re.compile(r"/users(/delta)?"), 2),
    (re.compile(r"/applications(/delta)?"), 2),
    (re.compile(r"/subscribedSkus"), 3),
    (re.compile(r"/contracts"), 3),
    (re.compile(r"/groups/[^/]+/members(/[^/]+)?"), 3),
    (re.compile(r"/groups/[^/]+/transitiveMembers(/[^/]+)?"), 5),
    (re.compile(r"/domains/[^/]+/domainNameReferences"), 4),
    (re.compile(r"/users/[^/]+/licenseDetails"), 2),
    (re.compile(r"/[^/]+/[^/]+/(memberOf|transitiveMemberOf)"), 2),
    (re.compile(r"/servicePrincipals/[^/]+/appRoleAssignments"), 2),
    (re.compile(r"/oauth2PermissionGrants"), 2),
)
SMALL_PAGE_ROWS = 20
_SAME_AS = {"signInActivity": "reports"}
_MAILBOX_PATH = re.compile(r"/users(?:/([^/()]+)|\('((?:[^']|'')+)'\))")


def resource_units(url: str) -> int:
    """What a directory request costs, in resource units."""
    parts = urlsplit(url)
    path = parts.path.partition(API_ROOT)[2].replace("()", "").replace("microsoft.graph.", "")
    asked = parse_qs(parts.query)
    units = next((cost for pattern, cost in UNITS if pattern.fullmatch(path)), 1)
    units -= "$select" in asked
    units += "$expand" in asked
    top = asked.get("$top", [""])[0]
    units -= top.isdigit() and int(top) < SMALL_PAGE_ROWS
    return max(1, units)


def _mailbox_of(url: str) -> str:
    """The mailbox that a request asks, in lower case; a key in quotes doubles its apostrophes."""
    found = _MAILBOX_PATH.search(unquote(urlsplit(url).path))
    if found is None:
        return ""
    return (found[1] or found[2].replace("''", "'")).lower()


class AppBudgets:
    """What all tenants that one app registration reads share."""

    def __init__(self) -> None:
        self.requests = APP_REQUESTS.budget()
        self.directory = APP_DIRECTORY.budget()


class TenantBudgets:
    """The budgets of one tenant; safe for threads."""

    def __init__(self, app: AppBudgets | None = None, *, budget_of: Callable[[Quota], Budget] = Quota.budget) -> None:
        self._app = app or AppBudgets()
        self._budget_of = budget_of
        self._lock = threading.Lock()
        self._budgets: dict[tuple[str, Quota], Budget] = {}
        self._directory = budget_of(TENANT_DIRECTORY[0][1])

    def draws(self, family: str, url: str) -> tuple[Draw, ...]:
        """What a request draws on; the app's limits come last, so that what is narrowest is waited for first."""
        limits = [(_SAME_AS.get(name, name), quota) for name, quota in SELECTED_QUOTAS.items() if name in url]
        directory: list[Draw] = []
        if family == "outlook":
            limits += [(f"mailbox {_mailbox_of(url)}", quota) for quota in MAILBOX]
        elif family in TENANT_QUOTAS:
            is_usage = family == "usage_reports"
            name = urlsplit(url).path if is_usage else family
            limits += [(name, quota) for quota in TENANT_QUOTAS[family]]
            if is_usage:
                limits.append((family, ALL_USAGE_REPORTS))
        else:
            units = resource_units(url)
            directory = [Draw(self._directory, units), Draw(self._app.directory, units, is_own=False)]
        # Once each: sign-in activity is of the family whose budget its property names too.
        found = [Draw(self._budget(name, quota)) for name, quota in dict.fromkeys(limits)]
        return (*found, *directory, Draw(self._app.requests, is_own=False))

    def learn_size(self, users: int) -> None:
        """Widen the directory quota to what a tenant with so many users has."""
        if self._directory.pace is not None:
            for least, quota in TENANT_DIRECTORY:
                if users >= least and quota.units is not None:
                    self._directory.pace.widen(quota.units)

    def _budget(self, name: str, quota: Quota) -> Budget:
        with self._lock:
            if (name, quota) not in self._budgets:
                self._budgets[name, quota] = self._budget_of(quota)
            return self._budgets[name, quota]
