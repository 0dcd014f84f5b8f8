"""Statuses, what is said beside them, and how long a vendor asks to wait."""

import json
from collections.abc import Callable

from tests.attack.case import (
    DELTA,
    FILE,
    GOOD,
    LIST,
    LISTS,
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
from tests.attack.wire import Reply

EMPTY = ("unexpected_status", "not_json", "no_value", "cut_off", "empty_answer", "unreachable")
# How often a status is asked for again: an overloaded vendor more often than a broken one.
TRIES = {409: 3, 429: 10, 500: 3, 502: 3, 503: 10, 504: 10, 509: 10}
_CLASSES = {
    400: "bad_request", 401: "unauthorized", 403: "permission_missing", 404: "not_found", 407: "proxy_refused",
    409: "busy", 410: "gone", 423: "busy", 429: "throttled", 509: "throttled",
}  # fmt: skip
REFUSING = (400, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 418, 421, 422, 423,
            424, 425, 426, 428, 429, 431, 451, 499)  # fmt: skip
BROKEN = (500, 501, 502, 503, 504, 505, 506, 507, 508, 509, 510, 511, 520, 530, 599)


def _said(ask: Ask) -> bytes:
    """An error in the words of all vendors at once; each word is a canary."""
    word = ask.canary
    inner = {"code": word, "request-id": word, "innerError": {"code": word, "request-id": word}}
    return json.dumps(
        {"error": {"code": word, "message": f"{word} between 1 and 0", "innerError": inner}, "code": word,
         "message": word, "errors": [{"code": word, "message": word, "field": word}], "type": word, "detail": word}
    ).encode()  # fmt: skip


def _status(status: int) -> Callable[[Ask], Reply]:
    return lambda ask: Reply(_said(ask), status, f"\x1b[1m{ask.canary}", (("request-id", ask.canary),))


def _ends(status: int, target: Target) -> tuple[str, ...]:
    general = "server_error" if status >= 500 and status != 509 else "unexpected_status"
    found = _CLASSES.get(status, general)
    if target.vendor != "microsoft" and status in (409, 423):
        found = "unexpected_status"
    return (found, "throttled" if status == 509 else found, "server_error" if status == 509 else found)


def _each(statuses: tuple[int, ...]) -> list[Case]:
    """Every status once, at one list after the other."""
    cases = []
    for place, status in enumerate(statuses):
        # A delta's 410 asks for a whole round, which is another case.
        target = (LIST, PSA, PAX8)[place % 3]
        ends = _ends(status, target)
        cases.append(Case(f"{status} with an error of canaries", target, _status(status), ends, TRIES.get(status, 1)))
    return cases


def _unsaid(status: int, target: Target, ends: tuple[str, ...], tries: int = 5) -> Case:
    def answer(ask: Ask) -> Reply:
        return Reply(raw=lambda: iter([f"HTTP/1.1 {status} X\r\nConnection: close\r\n\r\n".encode()]))

    return Case(f"{status} without a word", target, answer, ends, tries)


def _partly(status: int, target: Target) -> Case:
    """Some of the rows under a status that says that it is not all: the others must not be taken for gone."""
    name = f"{status} with a part of the rows"
    return Case(name, target, lambda ask: ask.page(ask.rows[:1]).plus(status=status), ("unexpected_status",))


def _waiting(asked: str | bytes, status: int = 429, *more: tuple[str, str]) -> Callable[[Ask], Reply]:
    return lambda ask: Reply(b"{}", status, "Slow", (("Retry-After", asked), *more))


# What a vendor may write for a time to wait; none of it may be waited for without end or break another leg.
WAITS: dict[str, str | bytes] = {
    "a power of two": b"\xb2", "the sign for two in UTF-8": "\u00b2", "Arabic digits": "\u0661\u0662",
    "minus five": "-5", "half a second": "0.5", "not a number": "NaN", "infinity": "inf", "an exponent": "1e9",
    "hexadecimal": "0x10", "with an underscore": "1_000", "a blank": "", "a word": "soon", "two numbers": "1, 2",
    "10,000 digits": "9" * 10_000, "a date of the year 1": "Mon, 01 Jan 0001 00:00:00 GMT",
    "a date long ago": "Wed, 21 Oct 2015 07:28:00 GMT", "a zone of 99 hours": "Wed, 21 Oct 2026 07:28:00 +9999",
    "a zone of 25 digits": "Wed, 21 Oct 2026 07:28:00 +" + "9" * 25, "month 13": "Wed, 21 Foo 2026 07:28:00 GMT",
    "day 32": "Wed, 32 Oct 2026 07:28:00 GMT", "hour 25": "Wed, 21 Oct 2026 25:61:61 GMT",
    "a date of many brackets": "(" * 3_000 + ")" * 3_000, "escapes": "\x1b[31m5",
}  # fmt: skip
TOO_LONG: dict[str, str] = {
    "an hour and more": "4000",
    "thirty years": "999999999",
    "the year 9999": "Fri, 31 Dec 9999 23:59:59 GMT",
}


def _waits() -> list[Case]:
    cases = []
    for place, (name, asked) in enumerate(WAITS.items()):
        target = (LIST, PSA, PAX8, OPENID, TOKEN)[place % 5]
        cases.append(Case(f"wait: {name}", target, _waiting(asked), ("throttled",), 10))
    for place, (name, asked) in enumerate(TOO_LONG.items()):
        cases.append(Case(f"wait: {name}", (LIST, PSA, PAX8)[place % 3], _waiting(asked), ("throttled",), 1))
    return cases


def _told(*headers: tuple[str, str | bytes]) -> Callable[[Ask], Reply]:
    return lambda ask: ask.good.plus(*headers)


def _challenge(text: str) -> Callable[[Ask], Reply]:
    return lambda ask: Reply(b"{}", 401, "No", (("WWW-Authenticate", text),))


CASES = [
    *_each(REFUSING),
    *_each(BROKEN),
    *(
        _partly(status, target)
        for status, target in (
            (201, LIST),
            (202, PSA),
            (203, PAX8),
            (206, LIST),
            (206, DELTA),
            (206, PSA),
            (206, PAX8),
            (206, SINGLE),
            (207, DELTA),
            (226, PSA),
            (299, PAX8),
        )
    ),
    *(_unsaid(204, target, EMPTY) for target in (*LISTS, SINGLE)),
    *(_unsaid(205, target, EMPTY) for target in LISTS),
    *(_unsaid(304, target, EMPTY) for target in LISTS),
    _unsaid(200, LIST, EMPTY),
    _unsaid(204, TOKEN, ("login_unusable",)),
    _unsaid(204, PAX8_TOKEN, ("token_refused",)),
    _unsaid(204, OPENID, ("tenant_not_found",)),
    *_waits(),
    Case(
        "wait: a date against a clock of the year 9999",
        LIST,
        _waiting("Wed, 21 Oct 2026 07:28:00 GMT", 503, ("Date", "Fri, 31 Dec 9999 23:59:59 GMT")),
        ("server_error",),
        10,
    ),
    Case(
        "wait: a date against a clock of the year 1",
        PSA,
        _waiting("Wed, 21 Oct 2026 07:28:00 GMT", 503, ("Date", "Mon, 01 Jan 0001 00:00:00 +2359")),
        ("throttled", "server_error"),
        10,
    ),
    Case("a share of the quota that is no number", LIST, _told(("x-ms-throttle-limit-percentage", "nan")), (GOOD,)),
    Case("a share of the quota without end", DELTA, _told(("x-ms-throttle-limit-percentage", "inf")), (GOOD,)),
    Case("a share of the quota below none", LIST, _told(("x-ms-throttle-limit-percentage", "-1e308")), (GOOD,)),
    Case("a share of 4,000 digits", SINGLE, _told(("x-ms-throttle-limit-percentage", "9" * 4_000)), (GOOD,)),
    Case("cookies", LIST, _told(("Set-Cookie", "a=b; Path=/"), ("Set-Cookie", "c=d; Domain=127.0.0.1")), (GOOD,)),
    Case("cookies", PSA, _told(("Set-Cookie", "member=x; Path=/; Secure; HttpOnly")), (GOOD,)),
    Case("cookies", PAX8_TOKEN, _told(("Set-Cookie", "session=x; Path=/")), (GOOD,)),
    Case(
        "another server by Alt-Svc and Refresh",
        PAX8,
        lambda ask: ask.good.plus(
            ("Alt-Svc", f'h2="{ask.foreign.partition("//")[2]}"'),
            ("Refresh", f"0; url={ask.foreign}/c{ask.number:04d}/x"),
        ),
        (GOOD,),
    ),
    Case(
        "an origin and a location beside 200",
        DELTA,
        lambda ask: ask.good.plus(
            ("Location", f"{ask.foreign}/c{ask.number:04d}/x"),
            ("Content-Location", f"{ask.foreign}/c{ask.number:04d}/x"),
        ),
        (GOOD,),
    ),
    Case("another content type", LIST, lambda ask: ask.good.plus(content_type="text/html; charset=utf-7"), (GOOD,)),
    Case("no content type", PSA, lambda ask: ask.good.plus(content_type=None), (GOOD,)),
    Case(
        "a content type of escapes", PAX8, lambda ask: ask.good.plus(content_type=f"\x1b]0;{ask.canary}\x07"), (GOOD,)
    ),
    Case("401 for ever", LIST, _challenge("Bearer"), ("unauthorized",), 3),
    Case("401 for ever", PSA, _challenge('Basic realm="x"'), ("unauthorized",), 1),
    Case("401 for ever", PAX8, _challenge("Bearer"), ("unauthorized",), 3),
    Case("401 that asks for Negotiate", DELTA, _challenge("Negotiate"), ("unauthorized",), 3),
    Case("401 with claims that are no base64", LIST, _challenge('Bearer claims="!!!"'), ("unauthorized",), 3),
    Case(
        "401 with claims of many brackets",
        LIST,
        _challenge('Bearer claims="' + "W1tb" * 900 + '"'),
        ("unauthorized",),
        3,
    ),
    Case("401 with claims that are an array", DELTA, _challenge('Bearer claims="W10="'), ("unauthorized",), 3),
    Case("401 with claims of 30 kB", SINGLE, _challenge('Bearer claims="' + "e" * 30_000 + '"'), ("unauthorized",), 3),
    Case(
        "407 with a proxy's challenge",
        PSA,
        lambda ask: Reply(b"", 407, "X", (("Proxy-Authenticate", "Basic realm=x"),)),
        ("proxy_refused",),
    ),
    Case(
        "410 that resets every round",
        DELTA,
        lambda ask: Reply(b"{}", 410, "Gone", (("Location", f"{ask.foreign}/c{ask.number:04d}/x"),)),
        ("gone",),
        3,
    ),
    Case("400 that names a page of none", LIST, lambda ask: Reply(_said(ask), 400, "Bad"), ("bad_request",), 2),
    Case("200 without a word", SINGLE, lambda ask: Reply(b"", content_type="text/plain"), ("not_json",)),
    Case(
        "two objects where one belongs", SINGLE, lambda ask: Reply(ask.good.body + b"," + ask.good.body), ("not_json",)
    ),
    Case("206 of a file", FILE, lambda ask: ask.good.plus(status=206), ("report_download",), 2),
    Case(
        "206 in the place of where the file lies", REPORT, lambda ask: Reply(b"a", 206, "Part"), ("unexpected_status",)
    ),
]
