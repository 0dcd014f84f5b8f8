"""The compact notation of a vendor field's JSON shape, as contracts write it: `list<struct<id:string,seats:integer>>`.

It must stay a notation for what a vendor sends; what a column is in the warehouse is the contract's `physicalType`.
"""

import re
from dataclasses import dataclass

import pyarrow as pa

ATOMS: dict[str, pa.DataType] = {
    "string": pa.string(),
    "integer": pa.int64(),
    # Wide on purpose: vendors send more digits than we keep, and pyarrow fails on a digit too many instead of rounding.
    "decimal": pa.decimal128(38, 15),
    "boolean": pa.bool_(),
    # A text, number or boolean, kept as text; lists and objects become null. Its page is read by the slow path.
    "scalar": pa.string(),
    # No field of the vendor's: whether the object holds anything that its shape does not list. The slow path fills it.
    "unlisted": pa.bool_(),
}
_TOKEN = re.compile(r"\s*([A-Za-z@_][\w.@]*|[<>:,])")


class ShapeError(Exception):
    """A shape text that does not follow the notation."""


@dataclass(frozen=True)
class Shape:
    """One parsed shape: an atom, a list of `item`, or a struct of `fields`."""

    kind: str
    item: "Shape | None" = None
    fields: tuple[tuple[str, "Shape"], ...] = ()

    def arrow(self) -> pa.DataType:
        """The Arrow type that pyarrow's JSON reader is told to expect."""
        if self.item is not None:
            return pa.list_(self.item.arrow())
        if self.kind == "struct":
            return pa.struct([pa.field(name, shape.arrow()) for name, shape in self.fields])
        return ATOMS[self.kind]

    def has_scalar(self) -> bool:
        """True when some part has no fixed JSON type."""
        return self._has("scalar")

    def has_unlisted(self) -> bool:
        """True when some part says whether an object holds more than its shape lists."""
        return self._has("unlisted")

    def _has(self, kind: str) -> bool:
        if self.item is not None:
            return self.item._has(kind)
        return self.kind == kind or any(shape._has(kind) for _, shape in self.fields)

    def paths(self, prefix: str) -> tuple[str, ...]:
        """Every dotted path in the shape, the prefix first."""
        below = self.item.paths(prefix)[1:] if self.item is not None else ()
        for name, shape in self.fields:
            below += shape.paths(f"{prefix}.{name}")
        return (prefix, *below)


def parse_shape(text: str) -> Shape:
    """The shape that a notation text means.

    Errors: ShapeError with the text and the place where it stops making sense.
    """
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != re.sub(r"\s", "", text):
        raise ShapeError(f"shape {text!r}: has characters outside the notation; expected names, '<', '>', ':' and ','")
    shape, rest = _parse(tokens, text)
    if rest:
        raise ShapeError(f"shape {text!r}: {' '.join(rest)!r} follows the end")
    return shape


def _parse(tokens: list[str], text: str) -> tuple[Shape, list[str]]:
    if not tokens:
        raise ShapeError(f"shape {text!r}: ends too early")
    head, rest = tokens[0], tokens[1:]
    if head == "any":
        raise ShapeError(
            f"shape {text!r}: 'any' takes whatever a vendor sends, forbidden content too; say the type, or leave the "
            "field out"
        )
    if head in ATOMS:
        return Shape(head), rest
    if head not in ("list", "struct") or rest[:1] != ["<"]:
        raise ShapeError(f"shape {text!r}: found {head!r}, expected list<…>, struct<…> or one of {', '.join(ATOMS)}")
    rest = rest[1:]
    if head == "list":
        item, rest = _parse(rest, text)
        return Shape("list", item=item), _expect(">", rest, text)
    fields: list[tuple[str, Shape]] = []
    while True:
        name, rest = rest[0], _expect(":", rest[1:], text)
        shape, rest = _parse(rest, text)
        fields.append((name, shape))
        if rest[:1] == [","]:
            rest = rest[1:]
            continue
        return Shape("struct", fields=tuple(fields)), _expect(">", rest, text)


def _expect(token: str, tokens: list[str], text: str) -> list[str]:
    if tokens[:1] != [token]:
        raise ShapeError(f"shape {text!r}: expected {token!r}, found {' '.join(tokens[:1]) or 'the end'!r}")
    return tokens[1:]
