"""What one hostile case is: where the answer is given, what it is, how its leg may end."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from tests.attack.wire import Reply, of

GOOD = ""
FOREIGN_HOST = "evil.test"


@dataclass(frozen=True)
class Target:
    """A place where the product asks.

    path: below the vendor's root, without query. table: the leg that asks, blank where all legs of a tenant or
    connection hang on it. witness: another leg of the same tenant or connection, which must not notice.
    id_column: what tells the rows apart.
    """

    name: str
    vendor: str
    table: str
    path: str
    witness: str = ""
    id_column: str = "id"

    @property
    def tables(self) -> tuple[str, ...]:
        """The legs that are read for a case of this target."""
        both = {"microsoft": ("domains", "organization"), "connectwise": ("members", "catalog_items"),
                "pax8": ("products", "companies")}[self.vendor]  # fmt: skip
        return (self.table, self.witness) if self.table else both


LIST = Target("graph list", "microsoft", "domains", "/domains", "organization")
DELTA = Target("graph delta", "microsoft", "groups", "/groups/delta", "organization")
SINGLE = Target(
    "graph object", "microsoft", "security_defaults", "/policies/identitySecurityDefaultsEnforcementPolicy",
    "organization",
)  # fmt: skip
REPORT = Target(
    "graph report", "microsoft", "mailbox_usage", "/reports/getMailboxUsageDetail(period='D30')", "organization",
    "user_principal_name",
)  # fmt: skip
FILE = Target("report file", "microsoft", "mailbox_usage", "/file", "organization", "user_principal_name")
MAIL = Target("graph mail", "microsoft", "messages", "/messages/delta", "organization")
EVENTS = Target("graph calendar", "microsoft", "events", "/calendarView", "organization")
TOKEN = Target("login token", "microsoft", "", "/oauth2/v2.0/token")
OPENID = Target("login metadata", "microsoft", "", "/v2.0/.well-known/openid-configuration")
PSA = Target("psa list", "connectwise", "members", "/system/members", "catalog_items")
COMPANIES = Target("psa companies", "connectwise", "companies", "/company/companies", "catalog_items")
COUNT = Target("psa count", "connectwise", "members", "/system/members/count", "catalog_items")
PAX8 = Target("pax8 list", "pax8", "products", "/products", "companies")
PAX8_TOKEN = Target("pax8 token", "pax8", "", "/oauth/token")
LISTS = (LIST, DELTA, PSA, PAX8)
TARGETS = (LIST, DELTA, SINGLE, REPORT, FILE, MAIL, EVENTS, TOKEN, OPENID, PSA, COMPANIES, COUNT, PAX8, PAX8_TOKEN)


@dataclass
class Ask:
    """One request to a target, and what an honest vendor would answer.

    number: of the case. asked: how often this target was asked before in this run. vendor, files, foreign, plain:
    roots of the servers; the last two belong to the attacker, `plain` without TLS. rows: those of the honest answer.
    """

    number: int
    target: Target
    asked: int
    vendor: str
    files: str
    foreign: str
    plain: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    rows: list[dict[str, Any]]
    good: Reply

    @property
    def canary(self) -> str:
        """A text that may be in no byte of what the product writes; it tells its case."""
        return canary_of(self.number)

    @property
    def root(self) -> str:
        """Where this target's paths begin, as links of the vendor write it."""
        before = self.path.partition(self.target.path)[0] if self.target.path in self.path else self.path
        return self.vendor + before

    @property
    def own(self) -> str:
        """The address that was asked, without its query."""
        return self.vendor + self.path

    def page(self, rows: list[Any], **around: Any) -> Reply:
        """A page of the vendor with these rows; more properties around them."""
        if self.target.vendor == "connectwise":
            return of(rows, headers=(("Link", ""),))
        if self.target.vendor == "pax8":
            counted = {"number": 0, "size": 200, "totalPages": 1, "totalElements": len(rows)}
            return of({"content": rows, "page": counted, **around})
        if self.target is DELTA or self.target is MAIL:
            around = {"@odata.deltaLink": f"{self.own}?$deltatoken=a", **around}
        return of({"value": rows, **around})

    def row(self, **values: Any) -> Reply:
        """The honest page with these values in its first row."""
        return self.page([{**self.rows[0], **values}, *self.rows[1:]])


@dataclass(frozen=True)
class Case:
    """One hostile case: what is answered at the target in every request, and what holds.

    ends: error classes with which the leg may end, `GOOD` for a leg that is read. at_most: requests to the target.
    ids: what its table holds afterwards (`{name}`: the id of an honest row), None for what it held before.
    is_slow: read under a bound of seconds.
    """

    name: str
    target: Target
    answer: Callable[[Ask], Reply]
    ends: tuple[str, ...]
    at_most: int = 1
    ids: tuple[str, ...] | None = None
    is_slow: bool = False
    kind: str = field(default="", compare=False)


def canary_of(number: int) -> str:
    """The canary of a case."""
    return f"canary-{number:04d}-x"


CANARY = re.compile(rb"c\0?a\0?n\0?a\0?r\0?y\0?-\0?([0-9])\0?([0-9])\0?([0-9])\0?([0-9])", re.IGNORECASE)


def spread(targets: Iterable[Target], case: Case) -> list[Case]:
    """The case at each of these targets."""
    return [replace(case, target=target) for target in targets]
