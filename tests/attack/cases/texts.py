"""What a body is as text: no JSON, other JSON, other letters, brackets without end, numbers without end."""

import json

from tests.attack.case import DELTA, GOOD, LIST, LISTS, PAX8, PAX8_TOKEN, PSA, SINGLE, TOKEN, Ask, Case, spread
from tests.attack.wire import Reply

DEEP = 200_000
NOT_JSON = ("not_json",)
CUT = ("cut_off",)


def _body(ask: Ask, body: bytes, content_type: str = "text/plain") -> Reply:
    """Under another type than JSON, for what ends oddly under that is taken for cut off and asked for again."""
    return ask.good.plus(body=body, content_type=content_type)


def _with(ask: Ask, text: str) -> Reply:
    """The honest page with one more property in its first row, whose value is this text."""
    page = ask.row(more="@@").body.decode()
    return ask.good.plus(body=page.replace('"@@"', text).encode())


def _id(ask: Ask, text: str) -> Reply:
    """The honest page whose first row's id is this text."""
    page = ask.row(id="@@").body.decode()
    return ask.good.plus(body=page.replace('"@@"', text).encode())


def _recoded(ask: Ask, name: str, mark: bytes = b"") -> Reply:
    return ask.good.plus(body=mark + ask.good.body.decode().encode(name))


def _twice(ask: Ask) -> Reply:
    """The rows' property twice: readers disagree about which counts."""
    body = json.loads(ask.good.body)
    name = "content" if ask.target is PAX8 else "value"
    rows = json.dumps([{"id": ask.canary}])
    return ask.good.plus(body=f'{{"{name}": {rows}, {json.dumps(body)[1:]}'.encode())


def _same_json(name: str, body: bytes, ends: tuple[str, ...] = NOT_JSON) -> list[Case]:
    return spread(LISTS, Case(name, LIST, lambda ask: _body(ask, body), ends))


CASES = [
    *_same_json("nothing at all", b""),
    *_same_json("HTML of a captive page", b"<!doctype html><html><body>Sign in</body></html>"),
    Case("blanks only", LIST, lambda ask: _body(ask, b" \r\n\t " * 100), NOT_JSON),
    Case(
        "XML", PSA, lambda ask: _body(ask, b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'), NOT_JSON
    ),
    Case("a word", PAX8, lambda ask: _body(ask, ask.canary.encode()), NOT_JSON),
    Case("null", LIST, lambda ask: _body(ask, b"null"), ("no_value", "not_json")),
    Case("true", DELTA, lambda ask: _body(ask, b"true"), ("no_value", "not_json")),
    Case("a number", PAX8, lambda ask: _body(ask, b"17"), ("no_value", "not_json")),
    Case("a text", PSA, lambda ask: _body(ask, f'"{ask.canary}"'.encode()), ("no_value", "not_json", "wrong_type")),
    Case("an array where an object belongs", LIST, lambda ask: _body(ask, b'[{"id": "x"}]'), ("no_value", "not_json")),
    Case(
        "an object where an array belongs",
        PSA,
        lambda ask: _body(ask, b'{"id": 1}'),
        ("no_value", "not_json", "wrong_type"),
    ),
    Case(
        "an array where one object belongs",
        SINGLE,
        lambda ask: _body(ask, b'[{"id": "x", "isEnabled": true}]'),
        ("no_value", "not_json", "wrong_type"),
    ),
    Case("the rows are null", LIST, lambda ask: _body(ask, b'{"value": null}'), ("no_value", "not_json")),
    Case(
        "the rows are an object",
        DELTA,
        lambda ask: _body(ask, b'{"value": {"id": "x"}}'),
        ("no_value", "not_json", "wrong_type"),
    ),
    Case(
        "the rows are a text",
        PAX8,
        lambda ask: _body(ask, f'{{"content": "{ask.canary}"}}'.encode()),
        ("no_value", "not_json", "wrong_type"),
    ),
    Case("the rows have another name", LIST, lambda ask: _body(ask, b'{"values": [{"id": "x"}]}'), ("no_value",)),
    Case(
        "an error under status 200",
        LIST,
        lambda ask: _body(ask, f'{{"error": {{"code": "{ask.canary}"}}}}'.encode()),
        ("no_value",),
    ),
    Case("cut in its middle", LIST, lambda ask: ask.good.plus(body=ask.good.body[:20]), CUT, 5),
    Case("cut in its middle", PSA, lambda ask: ask.good.plus(body=ask.good.body[:20]), CUT, 5),
    Case("cut behind a bracket", PAX8, lambda ask: ask.good.plus(body=b'{"content": [{"id": "x"}'), NOT_JSON),
    Case("cut within an escape", DELTA, lambda ask: ask.good.plus(body=b'{"value": [{"id": "\\u00'), CUT, 5),
    Case("comma before the end", LIST, lambda ask: _body(ask, b'{"value": [{"id": "x"},]}'), NOT_JSON),
    Case("single quotes", PSA, lambda ask: _body(ask, b"[{'id': 1}]"), NOT_JSON),
    Case("a comment", LIST, lambda ask: _body(ask, b'/* x */ {"value": []}'), NOT_JSON),
    Case("two documents", PAX8, lambda ask: _body(ask, ask.good.body + ask.good.body), NOT_JSON),
    Case("JSON lines", PSA, lambda ask: _body(ask, b'{"id": 1}\n{"id": 2}\n'), ("not_json", "no_value", "wrong_type")),
    Case("a prefix against scripts", LIST, lambda ask: _body(ask, b")]}',\n" + ask.good.body), NOT_JSON),
    Case("a script's call", PSA, lambda ask: _body(ask, b"call(" + ask.good.body + b")"), NOT_JSON),
    Case(
        "UTF-8 with a mark", LIST, lambda ask: ask.good.plus(body=b"\xef\xbb\xbf" + ask.good.body), (GOOD, "not_json")
    ),
    Case(
        "UTF-16, little end first, with a mark",
        LIST,
        lambda ask: _recoded(ask, "utf-16-le", b"\xff\xfe"),
        NOT_JSON,
    ),
    Case(
        "UTF-16, big end first, with a mark",
        PSA,
        lambda ask: _recoded(ask, "utf-16-be", b"\xfe\xff"),
        NOT_JSON,
    ),
    Case("UTF-16 without a mark", PAX8, lambda ask: _recoded(ask, "utf-16-le"), NOT_JSON),
    Case("UTF-32 with a mark", DELTA, lambda ask: _recoded(ask, "utf-32"), NOT_JSON),
    Case("UTF-7", PSA, lambda ask: _body(ask, b'+AFsAew-"id": 1+AH0AXQ-'), NOT_JSON),
    Case("EBCDIC", LIST, lambda ask: _body(ask, ask.good.body.decode().encode("cp500")), NOT_JSON),
    Case("token in UTF-16", TOKEN, lambda ask: _recoded(ask, "utf-16"), (GOOD, "login_unusable")),
    Case("token in UTF-16", PAX8_TOKEN, lambda ask: _recoded(ask, "utf-16"), (GOOD, "token_refused")),
    Case(
        "bytes that are no UTF-8",
        LIST,
        lambda ask: ask.good.plus(body=ask.good.body.replace(b'"r0', b'"\xff\xfe0')),
        NOT_JSON,
    ),
    Case(
        "UTF-8 that is longer than it need be",
        PSA,
        lambda ask: _with(ask, '"x"').plus(body=b'[{"id": 1, "identifier": "\xc0\xaf"}]'),
        NOT_JSON,
    ),
    Case("half a pair, escaped", LIST, lambda ask: _id(ask, '"\\ud800"'), (GOOD,), ids=("\ufffd", "{name}b")),
    Case("half a pair in a property we do not read", PAX8, lambda ask: _with(ask, '"\\udfff"'), (GOOD, "not_json")),
    Case("a line break within a text", DELTA, lambda ask: _with(ask, '"a\nb"'), (GOOD, "not_json")),
    Case("NaN", LIST, lambda ask: _with(ask, "NaN"), (GOOD, "not_json")),
    Case(
        "NaN for money",
        PSA,
        lambda ask: ask.good.plus(body=b'[{"id": 1, "hourlyCost": NaN}]'),
        ("not_json", "wrong_type"),
    ),
    Case(
        "minus infinity for money",
        PSA,
        lambda ask: ask.good.plus(body=b'[{"id": 1, "hourlyCost": -Infinity}]'),
        ("not_json", "wrong_type"),
    ),
    Case(
        "money of 1e400",
        PSA,
        lambda ask: ask.good.plus(body=b'[{"id": 1, "hourlyCost": 1e400}]'),
        ("not_json", "wrong_type"),
    ),
    Case(
        "money of 1e-400000",
        PSA,
        lambda ask: ask.good.plus(body=b'[{"id": 1, "hourlyCost": 1e-400000}]'),
        (GOOD,),
        ids=("1",),
    ),
    Case(
        "money of 5,000 digits",
        PSA,
        lambda ask: ask.good.plus(body=b'[{"id": 1, "hourlyCost": ' + b"9" * 5_000 + b"}]"),
        ("not_json", "wrong_type"),
    ),
    Case("an id of 5,000 digits", PSA, lambda ask: _id(ask, "9" * 5_000), ("not_json", "wrong_type")),
    Case("an id that is a fraction", PSA, lambda ask: _id(ask, "1.5"), ("not_json", "wrong_type")),
    Case("an id beyond 64 bits", PSA, lambda ask: _id(ask, "18446744073709551616"), ("not_json", "wrong_type")),
    Case(
        "a number of 100,000 digits that we do not read",
        LIST,
        lambda ask: _with(ask, "9" * 100_000),
        (GOOD, "not_json"),
    ),
    Case("1e999999999 that we do not read", PAX8, lambda ask: _with(ask, "1e999999999"), (GOOD, "not_json")),
    *spread(
        LISTS,
        Case(
            "brackets without end",
            LIST,
            lambda ask: _body(ask, b"[" * DEEP + b"]" * DEEP),
            ("not_json", "no_value", "wrong_type"),
        ),
    ),
    *spread(
        LISTS, Case("brackets within a row", LIST, lambda ask: _with(ask, "[" * DEEP + "]" * DEEP), (GOOD, "not_json"))
    ),
    Case(
        "objects within objects",
        LIST,
        lambda ask: _body(ask, b'{"value":' * (DEEP // 2) + b"[]" + b"}" * (DEEP // 2)),
        ("not_json", "no_value"),
    ),
    Case("open brackets only", PSA, lambda ask: _body(ask, b"[" * DEEP), NOT_JSON),
    Case("brackets in place of a token", TOKEN, lambda ask: _body(ask, b"[" * DEEP + b"]" * DEEP), ("login_unusable",)),
    Case(
        "brackets in place of a token",
        PAX8_TOKEN,
        lambda ask: _body(ask, b"[" * DEEP + b"]" * DEEP),
        ("token_refused",),
    ),
    Case(
        "brackets within a token's answer",
        TOKEN,
        lambda ask: _body(ask, b'{"access_token": ' + b"[" * DEEP + b"]" * DEEP + b"}"),
        ("login_unusable",),
    ),
    Case("rows twice under one name", LIST, _twice, ("not_json", "no_value", GOOD)),
    Case("rows twice under one name", PAX8, _twice, ("not_json", "no_value", GOOD)),
    Case(
        "an id twice in one row",
        LIST,
        lambda ask: ask.good.plus(body=f'{{"value": [{{"id": "{ask.canary}", "id": "x"}}]}}'.encode()),
        (GOOD,),
        ids=("x",),
    ),
    Case(
        "escaped letters in a key",
        LIST,
        lambda ask: ask.good.plus(body=ask.good.body.replace(b'"value"', b'"v\\u0061lue"')),
        (GOOD, "no_value"),
    ),
    Case("rows that are null", DELTA, lambda ask: ask.page([None, *ask.rows]), ("wrong_type", "not_json", "no_value")),
    Case("rows that are texts", PAX8, lambda ask: ask.page([ask.canary]), ("wrong_type", "not_json", "no_value")),
    Case("rows that are arrays", PSA, lambda ask: ask.page([[1], [2]]), ("wrong_type", "not_json", "no_value")),
    Case("a row without any property", LIST, lambda ask: ask.page([{}, *ask.rows]), ("wrong_type",)),
    Case("a hundred thousand empty rows", PSA, lambda ask: ask.page([{}] * 100_000), ("wrong_type",)),
]
