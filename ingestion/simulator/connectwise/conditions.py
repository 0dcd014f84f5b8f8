"""The `conditions` language: comparisons joined by and, or and parentheses, with paths into references and arrays."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from ingestion.simulator.connectwise.errors import invalid
from ingestion.simulator.encoding import Row

Predicate = Callable[[Row], bool]

TOKEN = re.compile(
    r"\s*(?:(?P<text>\"[^\"]*\"|'[^']*')|(?P<date>\[[^\]]*\])|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<sign>!=|>=|<=|=|>|<)|(?P<mark>[(),])|(?P<word>[A-Za-z_][\w/]*))"
)
CONSTANTS: dict[str, Any] = {"true": True, "false": False, "null": None}
SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    ">": lambda left, right: left is not None and left > right,
    ">=": lambda left, right: left is not None and left >= right,
    "<": lambda left, right: left is not None and left < right,
    "<=": lambda left, right: left is not None and left <= right,
}


def condition(text: str) -> Predicate:
    """A predicate over records.

    Errors: ConnectWiseError 400 for text outside the language.
    """
    parser = _Parser(text)
    predicate = parser.disjunction()
    if parser.place != len(parser.tokens):
        raise _malformed()
    return predicate


def field_values(row: Row, path: str) -> list[Any]:
    """What stands at the path; arrays on the way give several values. `lastUpdated` also lies in `_info`."""
    names = path.split("/")
    if names[0] not in row and names[0] in ("lastUpdated", "updatedBy", "dateEntered", "enteredBy"):
        names = ["_info", *names]
    values: list[Any] = [row]
    for name in names:
        values = [_member(one, name) for value in values for one in _spread(value)]
    return values


def _spread(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else (value,)


def _member(value: Any, name: str) -> Any:
    if not isinstance(value, dict):
        return None
    if name in value:
        return value[name]
    return next((held for key, held in value.items() if key.lower() == name.lower()), None)


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        self.place = 0
        start = 0
        while text[start:].strip():
            match = TOKEN.match(text, start)
            if match is None:
                raise _malformed()
            self.tokens.append((match.lastgroup or "", match.group(match.lastgroup or 0)))
            start = match.end()

    def disjunction(self) -> Predicate:
        parts = [self.conjunction()]
        while self.take("or"):
            parts.append(self.conjunction())
        return parts[0] if len(parts) == 1 else lambda row: any(part(row) for part in parts)

    def conjunction(self) -> Predicate:
        parts = [self.term()]
        while self.take("and"):
            parts.append(self.term())
        return parts[0] if len(parts) == 1 else lambda row: all(part(row) for part in parts)

    def term(self) -> Predicate:
        if self.take("not"):
            inner = self.term()
            return lambda row: not inner(row)
        if self.take("("):
            inner = self.disjunction()
            self.expect(")")
            return inner
        kind, path = self.next()
        if kind != "word":
            raise _malformed()
        negated = self.take("not")
        test = self.test()
        return lambda row: any(test(value) for value in field_values(row, path)) is not negated

    def test(self) -> Callable[[Any], bool]:
        sign = self.next()[1].lower()
        if sign in SIGNS:
            wanted = _literal(*self.next())
            return lambda value: SIGNS[sign](_like(value, wanted), _folded(wanted))
        if sign == "in":
            self.expect("(")
            listed = [_literal(*self.next())]
            while self.take(","):
                listed.append(_literal(*self.next()))
            self.expect(")")
            return lambda value: any(_like(value, one) == _folded(one) for one in listed)
        if sign in ("like", "contains"):
            pattern = str(_literal(*self.next()))
            pattern = f"%{pattern}%" if sign == "contains" else pattern
            shape = re.compile(".*".join(re.escape(piece) for piece in re.split(r"[%*]", pattern)), re.IGNORECASE)
            return lambda value: value is not None and shape.fullmatch(str(value)) is not None
        raise _malformed()

    def take(self, word: str) -> bool:
        if self.place < len(self.tokens) and self.tokens[self.place][1].lower() == word:
            self.place += 1
            return True
        return False

    def next(self) -> tuple[str, str]:
        if self.place >= len(self.tokens):
            raise _malformed()
        self.place += 1
        return self.tokens[self.place - 1]

    def expect(self, mark: str) -> None:
        if not self.take(mark):
            raise _malformed()


def _malformed() -> Exception:
    return invalid("conditions is not well formed")


def _literal(kind: str, text: str) -> Any:
    if kind == "text":
        return text[1:-1]
    if kind == "date":
        return _instant(text[1:-1])
    if kind == "number":
        return Decimal(text)
    if text.lower() in CONSTANTS:
        return CONSTANTS[text.lower()]
    raise _malformed()


def _instant(text: str) -> datetime:
    try:
        stamp = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    except ValueError as error:
        raise _malformed() from error
    return stamp.replace(tzinfo=UTC) if stamp.tzinfo is None else stamp.astimezone(UTC)


def _like(value: Any, wanted: Any) -> Any:
    if isinstance(wanted, datetime) and isinstance(value, str):
        return _instant(value)
    if isinstance(wanted, str) and value is not None and not isinstance(value, str):
        return str(value).lower()
    if isinstance(wanted, Decimal) and isinstance(value, str):
        return None
    return _folded(value)


def _folded(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value
