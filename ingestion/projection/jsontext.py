"""Nested Arrow values to JSON text with the vendor's own key names, column by column.

Every key of the shape is written, in the shape's order, null where the vendor sent none: equal values give equal text.
"""

import json
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.shape import Shape

_TO_ESCAPE = r'["\\\x00-\x1f]'
_CONTROL = r"[\x00-\x1f]"


Clean = Callable[[pa.Array], pa.Array]


def json_text(values: pa.Array, shape: Shape, clean: Clean) -> pa.Array:
    """JSON text of each value, null where the value is null; every text in it passes `clean`."""
    return pc.if_else(values.is_valid(), _text(values, shape, clean), pa.scalar(None, pa.string()))


def _text(values: pa.Array, shape: Shape, clean: Clean) -> pa.Array:
    """JSON text of each value, `null` for nulls."""
    if shape.item is not None:
        text = _list_text(values, shape.item, clean)
    elif shape.kind == "struct":
        text = _struct_text(values, shape, clean)
    elif shape.kind in ("string", "scalar"):
        text = _string_text(clean(values))
    elif shape.kind == "decimal":
        numbers = [None if value is None else f"{value.normalize():f}" for value in values.to_pylist()]
        text = pa.array(numbers, pa.string())
    else:
        text = values.cast(pa.string())
    return text.fill_null("null")


def _string_text(values: pa.Array) -> pa.Array:
    if pc.any(pc.match_substring_regex(values, _TO_ESCAPE)).as_py():
        if pc.any(pc.match_substring_regex(values, _CONTROL)).as_py():
            escaped = [None if value is None else json.dumps(value, ensure_ascii=False) for value in values.to_pylist()]
            return pa.array(escaped, pa.string())
        values = pc.replace_substring(values, "\\", "\\\\")
        values = pc.replace_substring(values, '"', '\\"')
    return pc.binary_join_element_wise('"', values, '"', "")


def _list_text(values: pa.Array, item: Shape, clean: Clean) -> pa.Array:
    lengths = pc.list_value_length(values).fill_null(0)
    offsets = pa.concat_arrays([pa.array([0], pa.int32()), pc.cumulative_sum(lengths).cast(pa.int32())])
    items = pa.ListArray.from_arrays(offsets, _text(pc.list_flatten(values), item, clean))
    text = pc.binary_join_element_wise("[", pc.binary_join(items, ","), "]", "")
    return pc.if_else(values.is_valid(), text, pa.scalar(None, pa.string()))


def _struct_text(values: pa.Array, shape: Shape, clean: Clean) -> pa.Array:
    parts: list = []
    for position, (name, field) in enumerate(shape.fields):
        label = ("{" if position == 0 else ",") + json.dumps(name) + ":"
        parts += [label, _text(pc.struct_field(values, [name]), field, clean)]
    text = pc.binary_join_element_wise(*parts, "}", "")
    return pc.if_else(values.is_valid(), text, pa.scalar(None, pa.string()))
