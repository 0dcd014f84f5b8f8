"""The honest vendors: what each place answers when nobody attacks, and which requests the product may send at all."""

import re
from typing import Any
from urllib.parse import unquote

from tests.attack.case import (
    COMPANIES,
    DELTA,
    EVENTS,
    FILE,
    LIST,
    MAIL,
    OPENID,
    PAX8,
    PAX8_TOKEN,
    PSA,
    REPORT,
    SINGLE,
    TOKEN,
    Target,
)
from tests.attack.wire import Reply, of

CLIENT_ID = "00000000-0000-0000-0000-0000000000aa"
CUSTOMER = "customer.example"
REPORT_HEADERS = (
    "Report Refresh Date", "User Principal Name", "Display Name", "Is Deleted", "Created Date", "Last Activity Date",
    "Recipient Type", "Has Archive",
)  # fmt: skip
TENANT = re.compile(r"0a77ac00-0000-4000-8000-0000000([0-9]{4})0")


def tenant_of(number: int) -> str:
    """The GUID of a case's tenant."""
    return f"0a77ac00-0000-4000-8000-0000000{number:04d}0"


def domain_of(number: int) -> str:
    """The name under which a tenant is configured whose GUID is to be found out."""
    return f"c{number:04d}.attack.example"


def mailbox_of(number: int) -> str:
    """The one listed mailbox of a case; its letters are such as Unicode knows others of."""
    return f"dana.msk{number:04d}@msp.example"


def rows_of(target: Target, number: int) -> list[dict[str, Any]]:
    """The rows that an honest vendor has."""
    person = {"emailAddress": {"name": "Kim", "address": f"kim@{CUSTOMER}"}}
    name = f"r{number:04d}"
    if target.vendor == "connectwise":
        return [{"id": first + number, "identifier": name, "name": name} for first in (70_000, 80_000)]
    if target in (MAIL,):
        return [{"id": name, "subject": "Quote", "from": person, "sender": person, "toRecipients": [person],
                 "receivedDateTime": "2026-10-19T08:00:00Z"}]  # fmt: skip
    if target in (EVENTS,):
        start, end = ({"dateTime": f"2026-10-21T{hour}:00:00.0000000", "timeZone": "UTC"} for hour in ("08", "09"))
        return [{"id": name, "type": "singleInstance", "subject": "Review", "start": start, "end": end,
                 "sensitivity": "normal", "organizer": person, "attendees": [{"emailAddress": person["emailAddress"]}],
                 "location": {"displayName": "Room 1"}}]  # fmt: skip
    if target in (SINGLE,):
        return [{"id": name, "displayName": "Security Defaults", "isEnabled": True}]
    return [{"id": name}, {"id": f"{name}b"}]


def csv_of(number: int) -> bytes:
    """The honest report file."""
    name = f"r{number:04d}@{CUSTOMER}"
    lines = [",".join(REPORT_HEADERS), f"2026-10-19,{name},R,False,2026-01-02,2026-10-18,User,False"]
    return ("\n".join(lines) + "\n").encode()


def token_of(number: int) -> Reply:
    """A token; its text tells the case, and is a canary: no byte of output may hold it."""
    return of({"token_type": "Bearer", "expires_in": 3599, "access_token": f"canary-{number:04d}-token"})


def metadata_of(number: int, login: str) -> Reply:
    """The OpenID metadata of a tenant."""
    base = f"{login}/{tenant_of(number)}"
    endpoints = {
        "token_endpoint": f"{base}/oauth2/v2.0/token",
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
    }
    return of({"issuer": f"{base}/v2.0", **endpoints})


_GRAPH = {
    "/v1.0/domains": LIST,
    "/v1.0/groups/delta": DELTA,
    "/v1.0/policies/identitySecurityDefaultsEnforcementPolicy": SINGLE,
    "/v1.0/reports/getMailboxUsageDetail(period='D30')": REPORT,
}
_WITNESSES = {
    "organization": Target("", "microsoft", "organization", "/organization"),
    "catalog_items": Target("", "connectwise", "catalog_items", "/procurement/catalog"),
    "companies": Target("", "pax8", "companies", "/companies"),
}
_PSA = "/v4_6_release/apis/3.0"
_NUMBER = re.compile(r"/c([0-9]{4})(/|$)")
_MAILBOX = re.compile(r"/v1\.0/users/dana\.msk([0-9]{4})@msp\.example/(mailFolders/inbox/messages/delta|calendarView)")


def place_of(method: str, path: str, headers: dict[str, str]) -> tuple[Target, int] | None:
    """Which place of which case a request to the vendors asks; None for one that the product may not send."""
    path = unquote(path)
    asked = [place for place in _places(method, path, headers) if place is not None]
    return asked[0] if asked else None


def _places(method: str, path: str, headers: dict[str, str]) -> list[tuple[Target, int] | None]:
    signed = headers.get("authorization", "")
    login = re.fullmatch(r"/([^/]+)(/oauth2/v2\.0/token|/v2\.0/\.well-known/openid-configuration)", path)
    if login is not None:
        tenant = TENANT.fullmatch(login[1]) or re.fullmatch(r"c([0-9]{4})\.attack\.example", login[1])
        target = TOKEN if login[2] == TOKEN.path else OPENID
        fits = tenant is not None and method == ("POST" if target is TOKEN else "GET") and not signed
        return [(target, int(tenant[1]))] if fits and tenant else []
    if path.startswith("/v1.0/"):
        number = re.fullmatch(r"Bearer canary-([0-9]{4})-token", signed)
        return [_graph(path, int(number[1]))] if number and method == "GET" else []
    found = _NUMBER.match(path)
    if found is None:
        return []
    number, path = int(found[1]), path[len("/c0000") :]
    if path == PAX8_TOKEN.path:
        return [(PAX8_TOKEN, number)] if method == "POST" and not signed else []
    if method != "GET":
        return []
    if path.startswith(_PSA) and signed.startswith("Basic "):
        path = path.removeprefix(_PSA)
        counted = path.removesuffix("/count")
        known = (PSA, COMPANIES, _WITNESSES["catalog_items"])
        base = next((target for target in known if target.path == counted), known[-1])
        return [(_count_of(base) if counted != path else base, number)] if counted == base.path else []
    if path.startswith("/v1/") and signed == f"Bearer canary-{number:04d}-token":
        return [(target, number) for target in (PAX8, _WITNESSES["companies"]) if path == f"/v1{target.path}"]
    return []


def _count_of(base: Target) -> Target:
    return Target(f"{base.name} count", base.vendor, base.table, f"{base.path}/count")


def _graph(path: str, number: int) -> tuple[Target, int] | None:
    mailbox = _MAILBOX.fullmatch(path)
    if mailbox is not None:
        return (MAIL if mailbox[2] != "calendarView" else EVENTS, number) if int(mailbox[1]) == number else None
    target = _WITNESSES["organization"] if path == "/v1.0/organization" else _GRAPH.get(path)
    return (target, number) if target is not None else None


def is_file(path: str) -> bool:
    """Whether a path is one of the report files."""
    return re.fullmatch(rf"/c[0-9]{{4}}{FILE.path}", path) is not None
