"""Links out of answers: to other hosts, mailboxes, folders, properties, in circles, and in other types than text."""

from collections.abc import Callable

from tests.attack.case import DELTA, EVENTS, GOOD, LIST, MAIL, PSA, Ask, Case, Target
from tests.attack.wire import Reply

FOREIGN = ("foreign_link",)
REFUSED = ("foreign_link", "refused")
NEXT, LATER = "@odata.nextLink", "@odata.deltaLink"
Link = Callable[[Ask], str]


def _tagged(ask: Ask, root: str) -> str:
    """An address of the attacker's that tells the case."""
    return f"{root}/c{ask.number:04d}{ask.path}"


def _host(ask: Ask) -> str:
    return ask.vendor.partition("//")[2]


# Each is another way to lead elsewhere, or to the same place by another reading.
ELSEWHERE: dict[str, Link] = {
    "another port of the same host": lambda ask: _tagged(ask, ask.foreign),
    "the same host without TLS": lambda ask: _tagged(ask, ask.plain),
    "the same port without TLS": lambda ask: _tagged(ask, ask.vendor.replace("https", "http")),
    "another name of the same host": lambda ask: ask.own.replace("127.0.0.1", "localhost") + "?$skiptoken=a",
    "a foreign name": lambda ask: f"https://c{ask.number:04d}.evil.test/v1.0/domains",
    "the host as a user of another": lambda ask: f"https://{_host(ask)}@c{ask.number:04d}.evil.test/v1.0/domains",
    "a user before the host": lambda ask: ask.own.replace("https://", "https://user:pass@"),
    "a backslash before the host's end": lambda ask: f"https://c{ask.number:04d}.evil.test\\.127.0.0.1/x",
    "a backslash and an at": lambda ask: f"https://c{ask.number:04d}.evil.test\\@{_host(ask)}/x",
    "an at within a fragment": lambda ask: f"https://c{ask.number:04d}.evil.test#@{_host(ask)}/x",
    "slashes of another script": lambda ask: f"https://c{ask.number:04d}.evil.test\u2044{_host(ask)}/x",
    "a dot of another script": lambda ask: f"https://c{ask.number:04d}\u3002evil\uff0etest/x",
    "letters of another script": lambda ask: f"https://c{ask.number:04d}.\u0435vil.test/x",
    "a name in punycode": lambda ask: f"https://c{ask.number:04d}.xn--vil-4cd.test/x",
    "an octal address": lambda ask: ask.own.replace("127.0.0.1", "0177.0.0.01"),
    "an address as one number": lambda ask: ask.own.replace("127.0.0.1", "2130706433"),
    "an address of version 6": lambda ask: ask.own.replace("127.0.0.1", "[::ffff:127.0.0.1]"),
    "a host that ends in a dot": lambda ask: ask.own.replace("127.0.0.1", "127.0.0.1."),
    "no scheme": lambda ask: _tagged(ask, ask.foreign).removeprefix("https:"),
    "three slashes": lambda ask: ask.own.replace("https://", "https:///"),
    "a file's scheme": lambda ask: "file:///etc/passwd",
    "data for an address": lambda ask: 'data:application/json,{"value":[]}',
    "a line break within the host": lambda ask: ask.own.replace("127.0.0.1", "127.0\n.0.1"),
    "a tab before the path": lambda ask: ask.vendor + "\t" + ask.path,
    "a NUL within the path": lambda ask: ask.own + "\x00",
    "terminal escapes": lambda ask: f"https://\x1b[31mc{ask.number:04d}.evil.test\x1b]0;x\x07/",
    "letters that run from right to left": lambda ask: f"https://c{ask.number:04d}.\u202eevil.test/",
    "a host of 300 letters": lambda ask: f"https://c{ask.number:04d}.{'a' * 300}.test/",
    "an address of 20,000 letters": lambda ask: ask.own + "?$skiptoken=" + "a" * 20_000,
    "port 0": lambda ask: ask.own.replace(_host(ask), "127.0.0.1:0"),
    "port 99999": lambda ask: ask.own.replace(_host(ask), "127.0.0.1:99999"),
    "two ports": lambda ask: ask.own.replace(_host(ask), _host(ask) + ":80"),
    "a fragment": lambda ask: ask.own + "#x",
}
# The same host and TLS, another question.
OTHERWISE: dict[str, Link] = {
    "the users of the tenant": lambda ask: f"{ask.root}/users/delta?$skiptoken=a",
    "a path above": lambda ask: ask.own + "/../users",
    "a path above, escaped": lambda ask: ask.own + "/%2e%2e/users",
    "a path above, escaped twice": lambda ask: ask.own + "/%252e%252e/users",
    "a slash, escaped": lambda ask: ask.own + "%2fx",
    "a backslash within the path": lambda ask: ask.own + "\\..\\users",
    "a path below": lambda ask: ask.own + "/x",
    "the beta version": lambda ask: ask.own.replace("/v1.0/", "/beta/"),
    "bodies by $select": lambda ask: ask.own + "?$select=id,body",
    "bodies by %24select": lambda ask: ask.own + "?%24select=body",
    "bodies by SELECT": lambda ask: ask.own + "?SELECT=body",
    "bodies by a second $select": lambda ask: f"{ask.own}?{ask.query}&$select=body",
    "attachments by $expand": lambda ask: ask.own + "?$expand=attachments",
    "bodies by an escaped comma": lambda ask: ask.own + "?$select=id%2Cbody",
}
FOLDERS: dict[str, Link] = {
    "deleted items": lambda ask: ask.own.replace("inbox", "deleteditems") + "?$skiptoken=a",
    "deleted items, in quotes": lambda ask: ask.own.replace("/mailFolders/inbox", "/mailFolders('deleteditems')"),
    "the whole mailbox": lambda ask: ask.own.replace("/mailFolders/inbox", ""),
    "another mailbox": lambda ask: ask.own.replace("dana.msk", "lee.msk"),
    "another mailbox, a letter of Unicode's": lambda ask: ask.own.replace("msp.example", "m\u017fp.example"),
    "another mailbox, a Kelvin sign": lambda ask: ask.own.replace("dana.msk", "dana.ms\u212a"),
    "another mailbox, escaped": lambda ask: ask.own.replace("dana.msk", "lee%2emsk"),
    "an attachment": lambda ask: ask.own.replace("/delta", "/r/attachments"),
    "one message": lambda ask: ask.own.replace("/delta", "/AAMk"),
    "bodies": lambda ask: ask.own + "?$select=body",
    "bodies beside what was asked": lambda ask: ask.own + "?$select=subject,body",
    "the caller's own mailbox": lambda ask: f"{ask.root.partition('/users')[0]}/me/messages",
}


def _next(link: Link) -> Callable[[Ask], Reply]:
    return lambda ask: ask.page(ask.rows, **{NEXT: link(ask)})


def _later(link: Link) -> Callable[[Ask], Reply]:
    return lambda ask: ask.page(ask.rows, **{LATER: link(ask)})


def _linked(ask: Ask, text: str) -> Reply:
    return Reply(ask.good.body, headers=(("Link", text.encode()),))


def _psa(link: Link) -> Callable[[Ask], Reply]:
    return lambda ask: _linked(ask, f'<{link(ask)}>; rel="next"')


def _each(prefix: str, links: dict[str, Link], target: Target, make: Callable[[Link], Callable[[Ask], Reply]],
          ends: tuple[str, ...] = REFUSED) -> list[Case]:  # fmt: skip
    return [Case(f"{prefix} {name}", target, make(link), ends) for name, link in links.items()]


_SOME = ("another port of the same host", "the same host without TLS", "a foreign name", "a user before the host")
_MORE = {name: ELSEWHERE[name] for name in (*_SOME, "a backslash and an at", "a host that ends in a dot", "no scheme")}
_HEADERS_ONLY = ("a tab before the path", "a line break within the host", "a NUL within the path", "no scheme")
_IN_HEADER = {name: link for name, link in ELSEWHERE.items() if name not in _HEADERS_ONLY}
_OF_PSA: dict[str, Link] = {
    "companies": lambda ask: ask.own.replace("/system/members", "/company/companies"),
    "the invoices' notes": lambda ask: ask.own + "?fields=notes",
    "every property": lambda ask: ask.own + "?fields=id,identifier,notes",
    "a path above": lambda ask: ask.own + "/../../company/notes",
    "a path above by a relative link": lambda ask: "../company/notes",
}


def _circle(ask: Ask) -> Reply:
    return ask.page(ask.rows, **{NEXT: f"{ask.own}?$skiptoken={ask.asked % 2}"})


def _forever(ask: Ask) -> Reply:
    return ask.page([{"id": f"more{ask.asked}"}], **{NEXT: f"{ask.own}?$skiptoken={ask.asked}"})


def _psa_forever(ask: Ask) -> Reply:
    rows = [{"id": 900_000 + ask.asked}]
    return Reply(ask.page(rows).body, headers=(("Link", f'<{ask.own}?pageId={ask.asked}>; rel="next"'),))


def _of_type(value: object) -> Callable[[Ask], Reply]:
    return lambda ask: ask.page(ask.rows, **{NEXT: value})


CASES = [
    *_each("next:", ELSEWHERE, LIST, _next),
    *_each("next:", OTHERWISE, DELTA, _next),
    *_each("next:", FOLDERS, MAIL, _next),
    *_each("later:", _MORE, DELTA, _later),
    *_each("later:", FOLDERS, MAIL, _later),
    *_each("next:", _IN_HEADER, PSA, _psa),
    # Whoever joins addresses takes tabs out first; what is left is what is judged and asked.
    Case("next: a tab before the path", PSA, _psa(ELSEWHERE["a tab before the path"]), ("page_cap",), 2),
    Case("next: a semicolon within the address", PSA, _psa(lambda ask: f"{_tagged(ask, ask.foreign)};x"), REFUSED),
    *_each("next:", _OF_PSA, PSA, _psa),
    Case("next: events of another mailbox", EVENTS, _next(lambda ask: ask.own.replace("dana.msk", "lee.msk")), REFUSED),
    Case("next: events with bodies", EVENTS, _next(lambda ask: ask.own + "?$select=body"), REFUSED),
    Case(
        "next: calendars of the mailbox", EVENTS, _next(lambda ask: ask.own.replace("calendarView", "events")), REFUSED
    ),
    Case("next: a number", LIST, _of_type(17), ("no_value",)),
    Case("next: a flag", DELTA, _of_type(True), ("no_value",)),
    Case("next: an array", LIST, _of_type(["https://c.evil.test/"]), ("no_value",)),
    Case("next: an object", LIST, _of_type({"href": "https://c.evil.test/"}), ("no_value",)),
    Case("next: a blank text", LIST, _of_type(""), (*REFUSED, "wrong_type")),
    Case("next: itself", LIST, _next(lambda ask: f"{ask.own}?{ask.query}"), ("page_cap",), 2),
    Case("next: in a circle", LIST, _circle, ("page_cap",), 4),
    Case("next: ever another", LIST, _forever, ("page_cap",), 40),
    Case("next: ever another", DELTA, _forever, ("page_cap",), 40),
    Case("next: ever another", PSA, _psa_forever, ("page_cap",), 40),
    Case(
        "two links that are both next",
        PSA,
        lambda ask: _linked(ask, f'<{_tagged(ask, ask.foreign)}>; rel="next", <{ask.own}>; rel="next"'),
        REFUSED,
    ),
    Case(
        "next among several relations",
        PSA,
        lambda ask: _linked(ask, f'<{_tagged(ask, ask.foreign)}>; rel="prev NEXT"'),
        REFUSED,
    ),
    Case("a link without an end", PSA, lambda ask: _linked(ask, f"<{_tagged(ask, ask.foreign)}"), ("odd_link",)),
    Case("a link of noise", PSA, lambda ask: _linked(ask, ';;,,<>;=";rel=next'), ("odd_link",)),
    Case(
        "a thousand links",
        PSA,
        lambda ask: _linked(ask, ", ".join(f'<{ask.foreign}/c{ask.number:04d}/{n}>; rel="x"' for n in range(1_000))),
        (GOOD, "unreachable"),
        5,
    ),
    Case(
        "next within a row, not beside the rows",
        LIST,
        lambda ask: ask.row(**{NEXT: f"{ask.foreign}/c{ask.number:04d}/x"}),
        (GOOD,),
    ),
    Case(
        "next under an escaped key, elsewhere",
        LIST,
        lambda ask: ask.good.plus(
            body=ask.page(ask.rows, N=_tagged(ask, ask.foreign)).body.replace(b'"N"', b'"@odata.next\\u004cink"')
        ),
        REFUSED,
    ),
    Case(
        "next twice, the last elsewhere",
        LIST,
        lambda ask: ask.good.plus(
            body=ask.page(ask.rows, **{NEXT: ask.own + "?$skiptoken=a"}).body[:-1]
            + f', "{NEXT}": "{_tagged(ask, ask.foreign)}"}}'.encode()
        ),
        (*REFUSED, "page_cap"),
        2,
    ),
]
