"""What SECURITY.md promises of single fields: passwords in addresses, secrets in custom fields, escapes in names."""

import json
from collections.abc import Callable
from typing import Any

from tests.attack.case import COMPANIES, DELTA, EVENTS, GOOD, LIST, MAIL, PAX8, PSA, Ask, Case
from tests.attack.wire import Reply

# Addresses of meetings, whose paths and queries let anybody in.
ADDRESSES: dict[str, str] = {
    "Zoom with a password": "https://zoom.us/j/123456789?pwd=§",
    "Zoom's own scheme": "zoommtg://zoom.us/join?confno=1&pwd=§",
    "Teams": "https://teams.microsoft.com/l/meetup-join/19%3ameeting_§%40thread.v2/0?context=§",
    "Webex in capitals": "HTTPS://ACME.WEBEX.COM/ACME/j.php?MTID=§",
    "Meet without TLS": "http://meet.example/§",
    "an address in brackets": "Room 4 <https://meet.example/§> or by phone",
    "two addresses": "https://a.example/§ ; https://b.example/§",
    "an address behind a word": "Join:https://a.example/x?p=§",
    "an address with a user": "https://user:§@a.example/x",
    "an address with a fragment": "https://a.example#§",
    "an address with a port": "https://a.example:8443/§",
}
ODD_TEXTS: dict[str, str] = {
    "an escape": "a\x1b[31mb", "a title of a terminal": "\x1b]0;x\x07", "a NUL": "a\x00b", "a bell": "a\x07",
    "C1": "a\x9b31mb", "a turn to the left": "a\u202egpj.exe", "an isolate": "a\u2066b\u2069", "a mark": "a\u200fb",
    "line separators": "a\u2028b\u2029c", "a delete": "a\x7fb", "tabs and breaks": "a\tb\r\nc",
}  # fmt: skip


def _with(ask: Ask, values: dict[str, Any]) -> Reply:
    return ask.row(**json.loads(json.dumps(values, ensure_ascii=False).replace("§", ask.canary)))


def _row(**values: Any) -> Callable[[Ask], Reply]:
    return lambda ask: _with(ask, values)


def _escaped(text: str) -> Callable[[Ask], Reply]:
    """The honest page with this text, written as it stands where JSON allows that."""

    def answer(ask: Ask) -> Reply:
        page = ask.row(authenticationType="~").body.decode()
        inner = json.dumps(text, ensure_ascii=False).replace("\\u007f", "\x7f")
        return ask.good.plus(body=page.replace('"~"', inner).encode())

    return answer


_HIDDEN = {"caption": "Admin password", "type": "Text", "value": "§"}

CASES = [
    *(
        Case(f"location: {name}", EVENTS, _row(location={"displayName": text}), (GOOD,))
        for name, text in ADDRESSES.items()
    ),
    *(Case(f"subject: {name}", MAIL, _row(subject=text), (GOOD,)) for name, text in ADDRESSES.items()),
    *(Case(f"preview: {name}", MAIL, _row(bodyPreview=text), (GOOD,)) for name, text in list(ADDRESSES.items())[:6]),
    *(
        Case(f"subject of an event: {name}", EVENTS, _row(subject=text), (GOOD,))
        for name, text in list(ADDRESSES.items())[:6]
    ),
    *(Case(f"a name with {name}", LIST, _row(authenticationType=text), (GOOD,)) for name, text in ODD_TEXTS.items()),
    *(
        Case(f"a name with {name}, unescaped", LIST, _escaped(text), (GOOD, "not_json"))
        for name, text in ODD_TEXTS.items()
    ),
    *(Case(f"a name with {name}", PSA, _row(identifier=text), (GOOD,)) for name, text in ODD_TEXTS.items()),
    *(Case(f"a name with {name}", PAX8, _row(vendorName=text), (GOOD,)) for name, text in ODD_TEXTS.items()),
    *(Case(f"a group's name with {name}", DELTA, _row(displayName=text), (GOOD,)) for name, text in ODD_TEXTS.items()),
    *(Case(f"an id with {name}", LIST, _row(id=text), ("wrong_type",)) for name, text in ODD_TEXTS.items()),
    Case("an id of 300 kB", LIST, _row(id="a" * 300_000), ("wrong_type",)),
    Case("a name of 300 kB with a canary at its end", LIST, _row(authenticationType="a" * 300_000 + "§"), (GOOD,)),
    Case("a subject of 300 kB with a canary at its end", MAIL, _row(subject="a" * 300_000 + "§"), (GOOD,)),
    Case(
        "a location of 300 kB with a canary at its end",
        EVENTS,
        _row(location={"displayName": "a" * 300_000 + "§"}),
        (GOOD,),
    ),
    Case("custom field: a password", COMPANIES, _row(customFields=[{"id": 1, **_HIDDEN}]), (GOOD,)),
    Case(
        "custom field: an object",
        COMPANIES,
        _row(customFields=[{**_HIDDEN, "value": {"body": "§"}}]),
        (GOOD, "wrong_type"),
    ),
    Case("custom field: an array", COMPANIES, _row(customFields=[{**_HIDDEN, "value": ["§"]}]), (GOOD, "wrong_type")),
    Case(
        "custom field: a caption that is a canary",
        COMPANIES,
        _row(customFields=[{"caption": "§", "value": 1}]),
        (GOOD,),
    ),
    Case("custom field: no caption", COMPANIES, _row(customFields=[{"value": "§"}]), (GOOD,)),
    Case("custom field: a caption of blanks", COMPANIES, _row(customFields=[{"caption": "  ", "value": "§"}]), (GOOD,)),
    Case("custom fields as an object", COMPANIES, _row(customFields={"Admin password": "§"}), (GOOD, "wrong_type")),
    Case("custom fields as a text", COMPANIES, _row(customFields="§"), (GOOD, "wrong_type")),
    Case("custom fields within one another", COMPANIES, _row(customFields=[[_HIDDEN]]), (GOOD, "wrong_type")),
    Case("ten thousand custom fields", COMPANIES, _row(customFields=[_HIDDEN] * 5_000), (GOOD,)),
    Case("a type's id that is a text", COMPANIES, _row(types=[{"id": "§", "name": "Customer"}]), (GOOD, "wrong_type")),
    Case(
        "a type's id that is an object",
        COMPANIES,
        _row(types=[{"id": {"body": "§"}, "name": "x"}]),
        (GOOD, "wrong_type"),
    ),
    Case(
        "a type with more than a name",
        COMPANIES,
        _row(types=[{"id": 1, "name": "x", "body": "§", "_info": {"notes": "§"}}]),
        (GOOD,),
    ),
    Case(
        "a status with notes",
        COMPANIES,
        _row(status={"name": "Active", "_info": {"notes": "§"}, "notes": "§"}),
        (GOOD,),
    ),
    Case(
        "notes and phone of a company",
        COMPANIES,
        _row(phoneNumber="§", notes="§", addressLine1="§", vendorIdentifier="§"),
        (GOOD,),
    ),
]
