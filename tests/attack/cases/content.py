"""Content in odd places, and values of other types than the contract's in every field."""

import json
from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any

from data_contracts.contract import raw_contract
from data_contracts.forbidden import FORBIDDEN_SOURCE_FIELDS
from tests.attack.case import DELTA, EVENTS, GOOD, LIST, MAIL, PAX8, PSA, SINGLE, Ask, Case, Target
from tests.attack.wire import Reply

WRONG = ("wrong_type",)
_PLACES = (LIST, DELTA, PSA, PAX8, MAIL, EVENTS, SINGLE)


def _row(ask: Ask, values: dict[str, Any]) -> Reply:
    if ask.target is SINGLE:
        return ask.good.plus(body=json.dumps({**ask.rows[0], **values}).encode())
    return ask.row(**values)


def _at(path: str, value: Any, row: dict[str, Any]) -> dict[str, Any]:
    """The one property of a row that a dotted path begins with, with this value at the path's end."""
    name, _, rest = path.partition(".")
    if not rest:
        return {name: value}
    held = row.get(name)
    inner = held if isinstance(held, dict) else {}
    return {name: {**inner, **_at(rest, value, inner)}}


def _filled(value: Any, ask: Ask) -> Any:
    return json.loads(json.dumps(value, ensure_ascii=False).replace("§", ask.canary))


def _field(path: str, value: Any) -> Callable[[Ask], Reply]:
    return lambda ask: _row(ask, _at(path, _filled(value, ask), ask.rows[0]))


# What is no value of a type, by the type of the column.
_MISFITS: dict[str, tuple[tuple[str, Any], ...]] = {
    "varchar": (("an object", {"x": "§"}), ("an array", ["§"]), ("a flag", True)),
    "boolean": (("a text", "§"), ("a number", 17), ("an object", {"x": "§"})),
    "decimal": (("a text", "§"), ("a flag", True), ("an array", ["§"])),
    "integer": (("a text", "§"), ("a fraction", 1.5), ("an object", {"x": "§"})),
    "timestamptz": (("a text that is no time", "§"), ("a number", 17), ("an object", {"x": "§"})),
    "date": (("a text that is no date", "§"), ("a number", 17), ("an array", ["§"])),
    "json": (("a text", "§"), ("a number", 17), ("a flag", True)),
}


def _misfits(target: Target) -> Iterator[Case]:
    """Every field of a table with values of two other types."""
    for column in raw_contract(target.vendor, target.table).source_columns:
        kind = column.physical_type.partition("(")[0]
        for name, value in _MISFITS[kind][: 3 if target in (LIST, PSA, PAX8) else 2]:
            yield Case(f"{column.source_field}: {name}", target, _field(column.source_field or "", value), WRONG)


def _forbidden() -> Iterator[Case]:
    """Every forbidden property: beside the others, within an object, within an array; at one list after the other."""
    shapes = (("a text", "§"), ("an object", {"content": "§", "contentType": "html"}), ("an array", [{"x": ["§"]}]))
    places = cycle(_PLACES)
    for number, name in enumerate(sorted(FORBIDDEN_SOURCE_FIELDS)):
        words, value = shapes[number % 3]
        yield Case(f"{name}: {words}", next(places), _field(name, value), (GOOD,))
        other, value = shapes[(number + 1) % 3]
        yield Case(f"{name} in another property: {other}", next(places), _field("vendorExtra", {name: value}), (GOOD,))


def _around(**values: Any) -> Callable[[Ask], Reply]:
    return lambda ask: ask.page(ask.rows, **_filled(values, ask))


def _mail(**values: Any) -> Callable[[Ask], Reply]:
    return lambda ask: ask.row(**_filled(values, ask))


def _person(address: Any, **more: Any) -> dict[str, Any]:
    return {"emailAddress": {"name": "§", "address": address, **more}}


def _people(**more: Any) -> Callable[[Ask], Reply]:
    """The honest message, its sender with more properties of canaries."""
    return lambda ask: ask.row(
        **{"from": {"emailAddress": {"name": ask.canary, "address": "kim@customer.example", **_filled(more, ask)}}}
    )


CASES = [
    *(case for target in (LIST, SINGLE, DELTA, PSA, PAX8, MAIL, EVENTS) for case in _misfits(target)),
    *_forbidden(),
    Case("a body in other letters' case", MAIL, _mail(Body={"Content": "§"}, BODY="§"), (GOOD,)),
    Case(
        "a body under an escaped name",
        MAIL,
        lambda ask: ask.good.plus(body=_mail(zz="§")(ask).body.replace(b'"zz"', b'"b\\u006fdy"')),
        (GOOD,),
    ),
    Case(
        "a body twice",
        MAIL,
        lambda ask: ask.good.plus(
            body=_mail(zz="§", zy="§")(ask).body.replace(b'"zz"', b'"body"').replace(b'"zy"', b'"body"')
        ),
        (GOOD,),
    ),
    Case("a body among the sender's properties", MAIL, _people(body="§", content="§"), (GOOD,)),
    Case("a name of a sender", MAIL, _people(), (GOOD,)),
    Case(
        "a body for an annotation",
        MAIL,
        _mail(**{"body@odata.type": "§", "@odata.etag": "§", "subject@odata.context": "§"}),
        (GOOD,),
    ),
    Case("a body beside the rows", MAIL, _around(body={"content": "§"}, attachments=["§"]), (GOOD,)),
    Case("a body beside the rows", LIST, _around(body="§", **{"@odata.context": "§", "@odata.count": "§"}), (GOOD,)),
    Case("a body beside the rows", PAX8, _around(body="§", links=[{"href": "§"}]), (GOOD,)),
    Case("a canary for a property's name", LIST, lambda ask: ask.row(**{ask.canary: 1}), (GOOD,)),
    Case("a canary for a property's name", PSA, lambda ask: ask.row(**{ask.canary: {ask.canary: 1}}), (GOOD,)),
    Case(
        "ten thousand properties",
        PAX8,
        lambda ask: ask.row(**{f"p{number}": ask.canary for number in range(10_000)}),
        (GOOD,),
    ),
    Case("a property name of 500 kB", DELTA, lambda ask: ask.row(**{"a" * 500_000: ask.canary}), (GOOD,)),
    Case(
        "attachments of a message",
        MAIL,
        _mail(hasAttachments=True, attachments=[{"contentBytes": "§", "name": "§"}]),
        (GOOD,),
    ),
    Case("headers of a message", MAIL, _mail(internetMessageHeaders=[{"name": "Subject", "value": "§"}]), (GOOD,)),
    Case(
        "extended properties of a message",
        MAIL,
        _mail(singleValueExtendedProperties=[{"id": "§", "value": "§"}]),
        (GOOD,),
    ),
    Case(
        "a message of nobody's",
        MAIL,
        lambda ask: ask.row(subject=ask.canary, **{"from": None, "sender": None, "toRecipients": []}),
        (GOOD,),
        at_most=2,
        ids=(),
    ),
    Case(
        "a message between strangers",
        MAIL,
        lambda ask: ask.row(
            subject=ask.canary,
            **{"from": _person("a@b.example"), "sender": None, "toRecipients": [_person("c@d.example")]},
        ),
        (GOOD,),
        at_most=2,
        ids=(),
    ),
    Case(
        "a message of a name that only looks like a customer's",
        MAIL,
        lambda ask: ask.row(
            subject=ask.canary,
            **{
                "from": _person("kim@customer.example.evil.test"),
                "sender": None,
                "toRecipients": [_person("kim@xcustomer.example")],
            },
        ),
        (GOOD,),
        at_most=2,
        ids=(),
    ),
    Case(
        "notes of a member",
        PSA,
        lambda ask: ask.row(notes=ask.canary, password=ask.canary, ssoSettings={"userName": ask.canary}),
        (GOOD,),
    ),
    Case(
        "an event's body and join address",
        EVENTS,
        _mail(body={"content": "§"}, bodyPreview="§", onlineMeeting={"joinUrl": "§"}, onlineMeetingUrl="§"),
        (GOOD,),
    ),
    Case(
        "an event's other locations",
        EVENTS,
        _mail(
            locations=[{"displayName": "§"}],
            location={"displayName": "Room", "locationUri": "§", "address": {"street": "§"}},
        ),
        (GOOD,),
    ),
    Case(
        "a name of a guest",
        EVENTS,
        lambda ask: ask.row(
            attendees=[{"emailAddress": {"name": ask.canary, "address": "kim@customer.example"}, "comment": ask.canary}]
        ),
        (GOOD,),
    ),
    Case(
        "an event of strangers",
        EVENTS,
        lambda ask: ask.row(
            subject=ask.canary,
            organizer=_person("a@b.example"),
            attendees=[_person("c@d.example")],
            location={"displayName": ask.canary},
        ),
        (GOOD,),
        at_most=2,
        ids=(),
    ),
    Case(
        "a private event's subject",
        EVENTS,
        _mail(subject="§", sensitivity="private", location={"displayName": "§"}),
        (GOOD,),
    ),
    Case(
        "a confidential event's subject",
        EVENTS,
        _mail(subject="§", sensitivity="confidential", location={"displayName": "§"}),
        (GOOD,),
    ),
    Case(
        "a personal event's subject",
        EVENTS,
        _mail(subject="§", sensitivity="personal", location={"displayName": "§"}),
        (GOOD,),
    ),
    Case(
        "a sensitivity that nobody knows",
        EVENTS,
        _mail(subject="§", sensitivity="secret", location={"displayName": "§"}),
        (GOOD,),
    ),
    Case(
        "a sensitivity in capitals",
        EVENTS,
        _mail(subject="§", sensitivity="PRIVATE", location={"displayName": "§"}),
        (GOOD,),
    ),
]
