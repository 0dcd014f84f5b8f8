"""Which limits of Graph a request draws on, and how many of them each limit allows."""

import re
from dataclasses import dataclass
from functools import lru_cache

from ingestion.simulator.graph.spelling import canonical

SMALL_TENANT = 50
LARGE_TENANT = 500
DIRECTORY_UNITS = {"S": 3_500, "M": 5_000, "L": 8_000}
DIRECTORY_SECONDS = 10.0
MAILBOX_CONCURRENCY = 4
SECURITY_CONCURRENCY = 4

# The path after /v1.0, its base cost in resource units; anything else costs 1.
COSTS = (
    (re.compile(r"^/users$|^/users/delta$|^/applications$|^/applications/delta$"), 2),
    (re.compile(r"^/subscribedSkus$|^/contracts$"), 3),
    (re.compile(r"^/groups/[^/]+/members"), 3),
    (re.compile(r"^/groups/[^/]+/transitiveMembers"), 5),
)
DIRECTORY = re.compile(
    r"^/(users|groups|organization|domains|applications|servicePrincipals|subscribedSkus|directory|roleManagement"
    r"|contracts|policies)(/|$)"
)
OUTLOOK = re.compile(r"^/users/[^/]+/(mailFolders|messages|calendarView|calendar|calendars|events|mailboxSettings)\b")
SMALL_PAGE = re.compile(r"(?:\$|%24)top=(\d|1\d)(?:&|$)")


@dataclass(frozen=True)
class Window:
    """So many requests within so many seconds; `sends_wait` says whether a refusal tells how long to wait."""

    name: str
    requests: int
    seconds: float
    sends_wait: bool = True


APPLICATION = Window("application", 2_000, 1)
REPORTS = Window("reports", 5, 10)
CONDITIONAL_ACCESS = Window("conditional_access", 1, 1, sends_wait=False)
MAILBOX = Window("mailbox", 10_000, 600)
USAGE_REPORT = Window("usage_report", 14, 600)
SECURITY = Window("security", 150, 60)
KEY_CREDENTIALS = Window("key_credentials", 150, 60)
WINDOWS = (APPLICATION, REPORTS, CONDITIONAL_ACCESS, MAILBOX, USAGE_REPORT, SECURITY, KEY_CREDENTIALS)


@dataclass(frozen=True)
class Draw:
    """What one request draws on: windows of its tenant (or mailbox), and units of the directory."""

    windows: tuple[Window, ...]
    units: int = 0


@lru_cache(maxsize=4_096)
def draw_of(path: str, selects: bool, expands: bool, small: bool, sign_in: bool, keys: bool) -> Draw:
    """The limits that a Graph path with these options draws on."""
    rest = canonical(path).removeprefix("/v1.0")
    if OUTLOOK.match(rest):
        return Draw((MAILBOX,))
    if rest.startswith(("/identity/conditionalAccess", "/identityProtection")):
        return Draw((CONDITIONAL_ACCESS,))
    if rest.startswith(("/reports/authenticationMethods", "/auditLogs")):
        return Draw((REPORTS,))
    if rest.startswith("/reports/get"):
        return Draw((USAGE_REPORT,))
    if rest.startswith("/security/"):
        return Draw((SECURITY,))
    if not DIRECTORY.match(rest):
        return Draw(())
    base = next((cost for pattern, cost in COSTS if pattern.match(rest)), 1)
    units = max(1, base - selects + expands - small)
    windows = ((REPORTS,) if sign_in else ()) + ((KEY_CREDENTIALS,) if keys else ())
    return Draw(windows, units)


def draw(path: str, query: str) -> Draw:
    """The limits that a request draws on."""
    return draw_of(
        path,
        "select=" in query,
        "expand=" in query,
        SMALL_PAGE.search(query) is not None,
        "signInActivity" in query,
        "keyCredentials" in query,
    )


def directory_units(users: int) -> int:
    """Units per window of a tenant of that size."""
    if users < SMALL_TENANT:
        return DIRECTORY_UNITS["S"]
    return DIRECTORY_UNITS["M" if users <= LARGE_TENANT else "L"]
