"""One field's values as the vendor types them → the contract column's type, vectorised.

Dates are the first ten characters and never move with a time zone; timestamps keep microseconds in UTC; decimals are
rounded half-up to the contract's scale and counted; below 1e-16, pyarrow may read one of many digits as zero, which no
one counts. A time before 1602 is a vendor's "never" and becomes null.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.contract import Column
from ingestion.projection.errors import WrongType
from ingestion.projection.jsontext import json_text
from ingestion.projection.rows import column_shape
from ingestion.projection.text import TextCounts, TextRule

# Microsoft and ConnectWise write year 0001 or 1601 where there is no date.
_FIRST_REAL_DAY = date(1602, 1, 1)
_FIRST_REAL_MOMENT = datetime(1602, 1, 1, tzinfo=UTC)
_HAS_ZONE = r"([zZ]|[+-]\d{2}(:?\d{2})?)$"
_DATE_LENGTH = 10


@dataclass(frozen=True)
class Converted:
    """A column in the contract's type, and how many of its decimals lost digits."""

    values: pa.Array
    decimals_rounded: int = 0


def convert(values: pa.Array, column: Column, text: TextRule | None = None) -> Converted:
    """The values in the column's warehouse type, texts cleaned by the rule.

    Errors: WrongType with the row of the first value that does not fit.
    """
    shape = column_shape(column)
    text = text or TextRule(column, TextCounts())
    target = column.arrow_type
    try:
        if column.physical_type == "json":
            return Converted(json_text(values, shape, text.clean))
        if pa.types.is_decimal(target):
            return _decimals(values, target)
        if pa.types.is_date(target):
            return Converted(_dates(values))
        if pa.types.is_timestamp(target):
            return Converted(_timestamps(values))
        values = values if values.type == target else values.cast(target)
        return Converted(text.clean(values))
    except pa.ArrowInvalid:
        pass
    # Raised outside the handler, without a context: pyarrow's own error quotes the value.
    raise _first_misfit(values, column)


def _decimals(values: pa.Array, target: pa.DataType) -> Converted:
    rounded = pc.round(values, target.scale, round_mode="half_towards_infinity")
    changed = pc.sum(pc.not_equal(values, rounded)).as_py() or 0
    return Converted(rounded.cast(target), changed)


def _dates(values: pa.Array) -> pa.Array:
    text = _blank_to_null(pc.utf8_slice_codeunits(values, 0, _DATE_LENGTH))
    days = text.cast(pa.date32())
    return pc.if_else(pc.less(days, pa.scalar(_FIRST_REAL_DAY)), pa.scalar(None, pa.date32()), days)


def _timestamps(values: pa.Array) -> pa.Array:
    target = pa.timestamp("us", tz="UTC")
    try:
        moments = values.cast(target)
    except pa.ArrowInvalid:
        moments = _with_zone(values).cast(target)
    return pc.if_else(pc.less(moments, pa.scalar(_FIRST_REAL_MOMENT, target)), pa.scalar(None, target), moments)


def _with_zone(values: pa.Array) -> pa.Array:
    """The vendors' spellings made alike: blank is null, a bare date is midnight, no offset is UTC."""
    text = pc.utf8_upper(_blank_to_null(values))
    text = pc.replace_substring_regex(text, r"([.]\d{6})\d+", r"\1")
    midnight = pc.binary_join_element_wise(text, "T00:00:00Z", "")
    text = pc.if_else(pc.equal(pc.utf8_length(text), _DATE_LENGTH), midnight, text)
    return pc.if_else(pc.match_substring_regex(text, _HAS_ZONE), text, pc.binary_join_element_wise(text, "Z", ""))


def _blank_to_null(values: pa.Array) -> pa.Array:
    text = pc.utf8_trim_whitespace(values)
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _first_misfit(values: pa.Array, column: Column) -> WrongType:
    expected = {"date": "a date as YYYY-MM-DD", "timestamptz": "an ISO 8601 time"}.get(
        column.physical_type, f"a value that fits {column.physical_type}"
    )
    found = "text that is none" if pa.types.is_string(values.type) else "a number out of range"
    row = next((row for row in range(len(values)) if not _fits(values.slice(row, 1), column)), None)
    return WrongType(column.source_field or column.name, found, expected, row)


def _fits(value: pa.Array, column: Column) -> bool:
    try:
        if pa.types.is_date(column.arrow_type):
            _dates(value)
        elif pa.types.is_timestamp(column.arrow_type):
            _timestamps(value)
        elif pa.types.is_decimal(column.arrow_type):
            _decimals(value, column.arrow_type)
        else:
            value.cast(column.arrow_type)
    except pa.ArrowInvalid:
        return False
    return True
