"""The slow way through a page: Python values, exact decimals, every type checked, the offending row and field named.

Taken for contracts with a field of no fixed type, and for a page that pyarrow's reader refused.
"""

import json
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext

import pyarrow as pa

from data_contracts.contract import Column
from data_contracts.shape import Shape
from ingestion.projection.errors import WrongType
from ingestion.projection.rows import column_path, column_shape

_INT64 = range(-(2**63), 2**63)
_WIDE_SCALE = 15
_ENOUGH_DIGITS = 400
JSON_WORDS = {
    dict: "an object", list: "an array", str: "a text", bool: "a boolean", int: "a number", Decimal: "a number",
}  # fmt: skip
_KIND_WORDS = {
    "string": "a text", "integer": "a whole number", "decimal": "a number", "boolean": "true or false",
    "list": "an array", "struct": "an object",
}  # fmt: skip


def parse(page: bytes) -> object:
    """The page as Python values, numbers with a point as Decimal; ValueError where it is not JSON."""
    try:
        # UTF-8 only (RFC 8259, section 8.1): what is told of a page by its bytes holds of no other encoding.
        return json.loads(bytes(page).decode("utf-8-sig"), parse_float=Decimal, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def column_values(rows: list, column: Column) -> tuple[pa.Array, int]:
    """The column's source values, typed as its shape says, and how many decimals lost digits.

    Ids that the warehouse keeps as text may come as numbers or as text; each becomes text here.
    Errors: WrongType naming row and field.
    """
    shape, path = column_shape(column), column_path(column)
    is_text_id = shape.kind == "integer" and column.physical_type == "varchar"
    scale = column.arrow_type.scale if pa.types.is_decimal(column.arrow_type) else None
    values: list = []
    rounded = 0
    for number, row in enumerate(rows):
        try:
            value = _walk(row, path)
            if is_text_id and isinstance(value, str):
                values.append(_text(value))
                continue
            value = typed(value, shape, column.source_field or "")
            if scale is not None and value is not None:
                exact = value
                value = _round(exact, scale, column.source_field or "")
                rounded += value != exact
        except WrongType as error:
            error.row = number
            raise
        values.append(str(value) if is_text_id and value is not None else value)
    return pa.array(values, pa.string() if is_text_id else shape.arrow()), rounded


def typed(value: object, shape: Shape, field: str) -> object:
    """The value cut to the shape, ready for Arrow; null stays null.

    Errors: WrongType naming the field below which the types part.
    """
    if value is None:
        return None
    if shape.kind == "scalar":
        return scalar_text(value)
    if shape.item is not None and isinstance(value, list):
        return [typed(item, shape.item, f"{field}[]") for item in value]
    if shape.kind == "struct" and isinstance(value, dict):
        return {
            name: _holds_unlisted(value, shape)
            if inner.kind == "unlisted"
            else typed(value.get(name), inner, f"{field}.{name}")
            for name, inner in shape.fields
        }
    found = _atom(value, shape.kind)
    if found is None:
        raise WrongType(field, JSON_WORDS.get(type(value), "another type"), _KIND_WORDS[shape.kind])
    return found


def scalar_text(value: object) -> str | None:
    """A text, number or boolean as text, a number with the digits that it came with; null for lists and objects."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | Decimal) else None


def _holds_unlisted(value: dict, shape: Shape) -> bool:
    """Whether an object says anything that its shape does not list: that something is there lands, never what."""
    listed = {name for name, inner in shape.fields if inner.kind != "unlisted"}
    return any(_says_something(item) for name, item in value.items() if name not in listed and "@" not in name)


def _says_something(value: object) -> bool:
    """False for null, for what is empty, and for an object of nothing else, which Graph writes for "not set"."""
    if isinstance(value, dict):
        return any(_says_something(item) for name, item in value.items() if "@" not in name)
    return value is not None and value != "" and value != []


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON value")


def _atom(value: object, kind: str) -> object:
    if kind == "string" and isinstance(value, str):
        return _text(value)
    if kind == "boolean" and isinstance(value, bool):
        return value
    if isinstance(value, bool):
        return None
    if kind == "integer":
        if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value():
            value = int(value)
        return value if isinstance(value, int) and value in _INT64 else None
    if kind == "decimal":
        return _decimal(value)
    return None


def _decimal(value: object) -> Decimal | None:
    # pyarrow's reader takes a number in quotes for a decimal; both ways must agree.
    if not isinstance(value, int | str | Decimal):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _round(value: Decimal, scale: int, field: str) -> Decimal:
    """Half-up at the column's scale, so that no digit is rounded twice on its way through the wide type."""
    with localcontext() as context:
        context.prec = _ENOUGH_DIGITS
        try:
            rounded = value.quantize(Decimal(1).scaleb(-scale), rounding=ROUND_HALF_UP)
        except InvalidOperation as error:
            raise WrongType(field, "a number out of range", "a smaller number") from error
        if abs(rounded) >= Decimal(10) ** (38 - _WIDE_SCALE):
            raise WrongType(field, "a number out of range", "a smaller number")
    return rounded


def _walk(row: object, path: tuple[str, ...]) -> object:
    value = row
    walked = ""
    for name in path:
        if value is None:
            return None
        if not isinstance(value, dict):
            raise WrongType(walked or "(row)", JSON_WORDS.get(type(value), "another type"), "an object")
        value = value.get(name)
        walked = f"{walked}.{name}" if walked else name
    return value


def _text(value: str) -> str:
    # A lone surrogate is legal in JSON's escapes and illegal in UTF-8.
    return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
