"""Redirects: of every kind, from every place, to wherever a token must not go; and where report files lie."""

from collections.abc import Callable

from tests.attack.case import (
    DELTA,
    FILE,
    GOOD,
    LIST,
    OPENID,
    PAX8,
    PAX8_TOKEN,
    PSA,
    REPORT,
    SINGLE,
    TOKEN,
    Ask,
    Case,
    Target,
)
from tests.attack.cases.links import ELSEWHERE, OTHERWISE, Link
from tests.attack.wire import Reply, packed

KEPT = ("redirect",)
HOST = ("report_host",)
_REASONS = {301: "Moved", 302: "Found", 303: "See Other", 307: "Temporary", 308: "Permanent"}


def _to(status: int, link: Link) -> Callable[[Ask], Reply]:
    def answer(ask: Ask) -> Reply:
        location = link(ask).encode("utf-8").replace(b"\n", b"%0a").replace(b"\x00", b"%00")
        return Reply(b"{}", status, _REASONS.get(status, "?"), (("Location", location),))

    return answer


def _there(ask: Ask) -> str:
    return f"{ask.foreign}/c{ask.number:04d}/x"


def _at(target: Target, ends: tuple[str, ...] = KEPT) -> list[Case]:
    return [Case(f"{status} elsewhere", target, _to(status, _there), ends) for status in _REASONS]


def _odd_statuses() -> list[Case]:
    return [
        Case(f"{status} with a location", target, _to(status, _there), ("unexpected_status",))
        for status, target in ((300, LIST), (304, PSA), (305, PAX8), (306, LIST), (310, DELTA))
    ]


def _reports(names: tuple[str, ...]) -> list[Case]:
    return [Case(f"report: {name}", REPORT, _to(302, ELSEWHERE[name]), HOST) for name in names]


def _file(body: Callable[[Ask], bytes], **values: object) -> Callable[[Ask], Reply]:
    return lambda ask: ask.good.plus(body=body(ask), **values)


def _with_cell(cell: str) -> Callable[[Ask], Reply]:
    """The honest file with another type of recipient."""
    return lambda ask: ask.good.plus(body=ask.good.body.replace(b",User,", f",{cell},".encode()))


_ODD_HOSTS = tuple(name for name in ELSEWHERE if name not in (
    "an address of 20,000 letters", "a fragment", "no scheme", "a tab before the path", "a line break within the host",
    "a NUL within the path",
))  # fmt: skip

CASES = [
    *_at(LIST),
    *_at(PSA),
    *_at(PAX8),
    *_at(TOKEN, (*KEPT, "login_unusable")),
    *_at(OPENID),
    *_at(PAX8_TOKEN),
    *_odd_statuses(),
    *(Case(f"302 {name}", DELTA, _to(302, link), KEPT) for name, link in OTHERWISE.items()),
    *(Case(f"307 {name}", SINGLE, _to(307, ELSEWHERE[name]), KEPT) for name in _ODD_HOSTS),
    Case("a redirect to nowhere", LIST, lambda ask: Reply(b"", 302, "Found"), KEPT),
    Case("a redirect to itself", PSA, _to(302, lambda ask: f"{ask.own}?{ask.query}"), KEPT, 4),
    Case(
        "a redirect within the host with a slash",
        PAX8,
        _to(301, lambda ask: f"{ask.own}/?{ask.query}"),
        ("redirect", "refused"),
        1,
    ),
    Case(
        "a redirect with a body of rows",
        LIST,
        lambda ask: ask.page([{"id": ask.canary}]).plus(("Location", _there(ask)), status=302),
        KEPT,
    ),
    *_reports(_ODD_HOSTS),
    Case(
        "report: 302 without a location",
        REPORT,
        lambda ask: Reply(b"", 302, "Found"),
        ("unexpected_status", "bad_request"),
    ),
    Case("report: back to Graph with our token", REPORT, _to(302, lambda ask: ask.vendor + "/v1.0/users"), HOST),
    Case("report: the file redirects elsewhere", FILE, _to(302, _there), ("redirect", "report_download"), 2),
    Case(
        "report: the file redirects to Graph",
        FILE,
        _to(307, lambda ask: ask.vendor + "/v1.0/users"),
        ("redirect", "report_download"),
        2,
    ),
    Case(
        "report: two hundred with rows and no file",
        REPORT,
        lambda ask: Reply(f'{{"value": "{ask.canary}"}}'.encode()),
        ("no_value", "not_csv"),
    ),
    Case(
        "report: HTML", FILE, _file(lambda ask: b"<html>" + ask.canary.encode() + b"</html>"), ("not_csv", "no_value")
    ),
    Case("report: other headers", FILE, _file(lambda ask: b"a,b\n1,2\n"), ("not_csv", "no_value")),
    Case(
        "report: a header twice",
        FILE,
        _file(lambda ask: ask.good.body.replace(b"Display Name", b"Is Deleted")),
        ("not_csv", "no_value", "wrong_type", GOOD),
    ),
    Case("report: a row too short", FILE, _file(lambda ask: ask.good.body + b"2026-10-19,x\n"), ("not_csv",)),
    Case("report: a quote without an end", FILE, _file(lambda ask: ask.good.body + b'2026-10-19,"x@y'), ("not_csv",)),
    Case("report: UTF-16", FILE, _file(lambda ask: ask.good.body.decode().encode("utf-16")), ("not_csv", "no_value")),
    Case(
        "report: bytes that are no UTF-8",
        FILE,
        _file(lambda ask: ask.good.body.replace(b",R,", b",\xff\xfe,").replace(b",User,", b",\xff\xfe,")),
        ("not_csv", "wrong_type"),
    ),
    Case("report: a NUL in a cell", FILE, _with_cell("a\x00b"), (GOOD, "not_csv", "wrong_type")),
    Case("report: gzip without saying so", FILE, _file(lambda ask: packed(ask.good.body)), ("not_csv", "no_value")),
    Case(
        "report: a date that is none",
        FILE,
        _file(lambda ask: ask.good.body.replace(b"2026-10-18", b"yesterday")),
        ("wrong_type",),
    ),
    Case(
        "report: a flag that is none",
        FILE,
        _file(lambda ask: ask.good.body.replace(b",False,2026", b",perhaps,2026")),
        ("wrong_type",),
    ),
    Case("report: a cookie", FILE, lambda ask: ask.good.plus(("Set-Cookie", f"id={ask.canary}")), (GOOD,)),
    Case(
        "report: content for an attached file",
        FILE,
        lambda ask: ask.good.plus(("Content-Disposition", 'attachment; filename="../../x"')),
        (GOOD,),
    ),
    Case(
        "report: the name column hidden",
        FILE,
        _file(lambda ask: ask.good.body.replace(b"@customer.example", b"")),
        ("names_concealed",),
    ),
    Case(
        "report: 3 MB of lines",
        FILE,
        _file(lambda ask: ask.good.body + b"2026-10-19,x@y.example,,False,,,User,False\n" * 80_000),
        ("too_large",),
    ),
    Case(
        "report: a file of nothing",
        FILE,
        _file(lambda ask: b""),
        (GOOD, "empty_answer", "fewer_rows", "not_believed"),
        9,
    ),
    Case(
        "report: 403 with words",
        FILE,
        _file(lambda ask: f"<Error><Code>{ask.canary}</Code></Error>".encode(), status=403),
        ("report_download",),
        2,
    ),
]
