"""The named faults: what each does, where it can happen, and what it can be told. The README's table shows this."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Stage(Enum):
    """When a fault acts on a request."""

    WAIT = "before the request is treated"
    CONNECTION = "instead of an answer"
    ANSWER = "instead of the vendor's answer"
    RIGHTS = "in what the caller may see"
    PAGE = "on the page that the vendor answers"


@dataclass(frozen=True)
class FaultKind:
    """One named fault. `parameters` are the names it accepts with their defaults.

    Only requests whose path contains `within` and, for faults of lists, only reads are ever hit or counted.
    """

    name: str
    stage: Stage
    vendors: tuple[str, ...]
    effect: str
    parameters: dict[str, Any] = field(default_factory=dict)
    within: str = ""
    reads_only: bool = False


EVERYWHERE = ("login", "graph", "connectwise", "pax8", "storage")
SERVICES = ("login", "graph", "connectwise", "pax8")
APIS = ("graph", "connectwise", "pax8")

CATALOG: dict[str, FaultKind] = {
    kind.name: kind
    for kind in (
        FaultKind("slow", Stage.WAIT, EVERYWHERE, "the answer comes later", {"milliseconds": 100}),
        FaultKind("hang_then_proceed", Stage.WAIT, EVERYWHERE, "the request waits until it is released"),
        FaultKind("connection_reset", Stage.CONNECTION, EVERYWHERE, "the connection is reset without an answer"),
        FaultKind(
            "truncated",
            Stage.CONNECTION,
            EVERYWHERE,
            "the connection is cut in the middle of the body: closed, or with `resets` reset",
            {"resets": False},
        ),
        FaultKind(
            "secret_expired", Stage.ANSWER, ("login",), "token request: 401 AADSTS7000222", {"code": 7000222}, "/token"
        ),
        FaultKind(
            "wrong_tenant", Stage.ANSWER, ("login",), "token request: 400 AADSTS90002", {"code": 90002}, "/token"
        ),
        FaultKind(
            "consent_missing",
            Stage.RIGHTS,
            ("login", "graph"),
            "the application roles (all, or those named) are neither in tokens nor honoured",
            {"roles": None},
        ),
        FaultKind(
            "no_p1", Stage.RIGHTS, ("graph",), "403 as in a tenant without Entra ID P1, also where the tenant has it"
        ),
        FaultKind(
            "no_p2",
            Stage.RIGHTS,
            ("graph",),
            "400 as in a tenant without Entra ID P2 (role schedules)",
            {"code": "AadPremiumLicenseRequired"},
        ),
        FaultKind(
            "reversed_pages",
            Stage.RIGHTS,
            ("graph",),
            "the list comes last page first, and the rows of each page backwards (set it without `times`)",
        ),
        FaultKind("short_page", Stage.RIGHTS, ("graph",), "the page ends after `rows` rows", {"rows": 3}),
        FaultKind("forbidden", Stage.ANSWER, APIS, "403 in the vendor's form"),
        FaultKind("server_error", Stage.ANSWER, EVERYWHERE, "500"),
        FaultKind("unavailable", Stage.ANSWER, EVERYWHERE, "503, with Retry-After if told", {"retry_after": None}),
        FaultKind("gateway_timeout", Stage.ANSWER, EVERYWHERE, "504, with Retry-After if told", {"retry_after": None}),
        FaultKind(
            "answer",
            Stage.ANSWER,
            ("graph",),
            "the error told, in Graph's form",
            {"status": 400, "code": "BadRequest", "inner_code": None, "message": "", "retry_after": None},
        ),
        FaultKind(
            "top_refused",
            Stage.ANSWER,
            ("graph",),
            "reads whose `$top` is above `maximum`: 400",
            {"maximum": 120},
            reads_only=True,
        ),
        FaultKind(
            "not_in_cloud",
            Stage.ANSWER,
            ("graph",),
            "the path is not offered: 400, 404 or 501 (`form`: segment, not_found, not_implemented)",
            {"form": "segment"},
        ),
        FaultKind(
            "throttle",
            Stage.ANSWER,
            EVERYWHERE,
            "429 with Retry-After in seconds, as an HTTP date, or without (`form`: seconds, date, none; each)",
            {"seconds": 1, "form": "seconds"},
        ),
        FaultKind(
            "token_expires",
            Stage.ANSWER,
            ("graph", "pax8"),
            "401, and the token is worth nothing from then on; with `claims` as a continuous-access challenge",
            {"claims": False},
        ),
        FaultKind(
            "delta_gone",
            Stage.ANSWER,
            ("graph",),
            "a request with a delta token, or with `pages` a later page of a round: 410, with or without a Location",
            {"location": True, "code": "syncStateNotFound", "status": 410, "pages": False},
        ),
        FaultKind("redirect_other_host", Stage.ANSWER, APIS, "302 to the same path at another host"),
        FaultKind("not_json", Stage.PAGE, EVERYWHERE, "200 with an HTML page instead of JSON"),
        FaultKind("half_json", Stage.PAGE, EVERYWHERE, "200 whose text ends in the middle; the connection is whole"),
        FaultKind("invalid_json", Stage.PAGE, EVERYWHERE, "200 with a byte in the text that JSON does not allow"),
        FaultKind(
            "no_value",
            Stage.PAGE,
            APIS,
            "the page lacks `value` (Graph), `content` (Pax8) or is no array",
            reads_only=True,
        ),
        FaultKind(
            "number_for_text",
            Stage.PAGE,
            APIS,
            "the first row has a number where text belongs (`field`, else the first text but the id)",
            {"field": None},
            reads_only=True,
        ),
        FaultKind(
            "nextlink_other_host",
            Stage.PAGE,
            ("graph", "connectwise"),
            "the next link leads to another host",
            reads_only=True,
        ),
        FaultKind(
            "empty_page_with_next",
            Stage.PAGE,
            ("graph", "connectwise"),
            "an empty page that has a next link",
            reads_only=True,
        ),
        FaultKind("duplicate_rows", Stage.PAGE, APIS, "the page's first row comes twice", reads_only=True),
        FaultKind(
            "duplicate_page",
            Stage.PAGE,
            ("graph", "connectwise"),
            "the page's next link leads to the same rows once more, and from there on",
            reads_only=True,
        ),
        FaultKind(
            "stale_first",
            Stage.PAGE,
            ("graph",),
            "before the page's first row comes an older version of it, named STALE",
            reads_only=True,
        ),
    )
}


def markdown_table() -> str:
    """The catalog as the README's table."""
    lines = ["| fault | where | acts | effect | parameters |", "|---|---|---|---|---|"]
    for kind in CATALOG.values():
        told = ", ".join(f"`{name}={default!r}`" for name, default in kind.parameters.items())
        where = "all" if kind.vendors == EVERYWHERE else ", ".join(kind.vendors)
        lines.append(f"| `{kind.name}` | {where} | {kind.stage.value} | {kind.effect} | {told} |")
    return "\n".join(lines)
