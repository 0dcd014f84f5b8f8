"""The part of OData `$filter` that directory and mail reads use: comparisons joined by and, or, not and parentheses."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from ingestion.simulator.encoding import Row
from ingestion.simulator.graph.errors import bad_request

Predicate = Callable[[Row], bool]

TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<stamp>\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2})?)?)"
    r"|(?P<number>-?\d+(?:\.\d+)?)|(?P<word>[A-Za-z_@][\w./@$]*)|(?P<mark>[(),]))"
)
LONGEST_LIST = 15
FRACTION = re.compile(r"\.(\d{1,6})\d*")
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda left, right: left == right,
    "ne": lambda left, right: left != right,
    "gt": lambda left, right: left is not None and left > right,
    "ge": lambda left, right: left is not None and left >= right,
    "lt": lambda left, right: left is not None and left < right,
    "le": lambda left, right: left is not None and left <= right,
}
CONSTANTS = {"true": True, "false": False, "null": None}


def parse_instant(text: str) -> datetime:
    """An ISO-8601 instant as UTC; no offset means UTC, and fractions beyond microseconds are cut.

    Errors: ValueError.
    """
    stamp = datetime.fromisoformat(FRACTION.sub(r".\1", text.replace("Z", "+00:00")))
    return stamp.replace(tzinfo=UTC) if stamp.tzinfo is None else stamp.astimezone(UTC)


def filtered(rows: list[Row], text: str | None) -> list[Row]:
    """The rows that the filter keeps; all where there is none.

    Errors: GraphError 400 for text outside the grammar, or a comparison of unlike types.
    """
    if not text:
        return rows
    try:
        return list(filter(row_filter(text), rows))
    except TypeError as error:
        raise _invalid() from error


def row_filter(text: str) -> Predicate:
    """A predicate over rows.

    Errors: GraphError 400 for text that is not in the supported grammar.
    """
    parser = _Parser(text)
    predicate = parser.disjunction()
    parser.end()
    return predicate


def compared_names(text: str) -> list[str]:
    """The property names that the filter compares, in their order."""
    return re.findall(r"([A-Za-z_][\w./]*)(?:/\$count)?\s+(?:eq|ne|gt|ge|lt|le|in)\s", text)


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        place = 0
        while text[place:].strip():
            match = TOKEN.match(text, place)
            if match is None:
                raise _invalid()
            self.tokens.append((match.lastgroup or "", match.group(match.lastgroup or 0)))
            place = match.end()
        self.place = 0

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
        kind, name = self.next()
        if kind != "word":
            raise _invalid()
        if name.lower() == "startswith" and self.take("("):
            prop = self.next()[1]
            self.expect(",")
            prefix = str(_literal(*self.next())).lower()
            self.expect(")")
            return lambda row: str(_value(row, prop) or "").lower().startswith(prefix)
        if self.take("in"):
            return self._membership(name)
        compare = COMPARISONS.get(self.next()[1])
        if compare is None:
            raise _invalid()
        wanted = _literal(*self.next())
        return lambda row: compare(_like(_value(row, name), wanted), _folded(wanted))

    def _membership(self, name: str) -> Predicate:
        self.expect("(")
        wanted = [_folded(_literal(*self.next()))]
        while self.take(","):
            wanted.append(_folded(_literal(*self.next())))
        self.expect(")")
        if len(wanted) > LONGEST_LIST:
            raise bad_request(f"A list in a filter holds at most {LONGEST_LIST} values.", "Request_UnsupportedQuery")
        return lambda row: _folded(_value(row, name)) in wanted

    def take(self, word: str) -> bool:
        if self.place < len(self.tokens) and self.tokens[self.place][1] == word:
            self.place += 1
            return True
        return False

    def next(self) -> tuple[str, str]:
        if self.place >= len(self.tokens):
            raise _invalid()
        self.place += 1
        return self.tokens[self.place - 1]

    def expect(self, mark: str) -> None:
        if not self.take(mark):
            raise _invalid()

    def end(self) -> None:
        if self.place != len(self.tokens):
            raise _invalid()


def _invalid() -> Exception:
    return bad_request("Invalid filter clause.", "BadRequest")


def _literal(kind: str, text: str) -> Any:
    if kind == "text":
        return text[1:-1].replace("''", "'")
    if kind == "stamp":
        return _instant(text)
    if kind == "number":
        return float(text) if "." in text else int(text)
    if text in CONSTANTS:
        return CONSTANTS[text]
    raise _invalid()


def _instant(text: str) -> datetime:
    try:
        return parse_instant(text)
    except ValueError as error:
        raise _invalid() from error


def _value(row: Row, path: str) -> Any:
    value: Any = row
    for name in path.split("/"):
        if name == "$count":
            return len(value or ())
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _like(value: Any, wanted: Any) -> Any:
    if isinstance(wanted, datetime) and isinstance(value, str):
        return parse_instant(value)
    return _folded(value)


def _folded(value: Any) -> Any:
    # Directory string comparison ignores case.
    return value.lower() if isinstance(value, str) else value
