"""From a contract to the shape of one vendor row: dotted source paths merged into one struct.

contract columns → Shape of a row → the schema that pyarrow's JSON reader is told to expect
"""

import functools
import re

from data_contracts.contract import Column, Contract
from data_contracts.shape import Shape

REMOVED = "@removed"
# `@odata.type` is one name although it has a dot.
_NAME = re.compile(r"@odata\.\w+|[^.]+")

_REMOVED_SHAPE = Shape("struct", fields=(("reason", Shape("string")),))


@functools.cache
def source_path(field: str) -> tuple[str, ...]:
    """The names to walk from a row to a field: `from.emailAddress.address` is three."""
    return tuple(_NAME.findall(field))


def column_path(column: Column) -> tuple[str, ...]:
    """The names to walk from a row to the column's source field."""
    return source_path(column.source_field or "")


def column_shape(column: Column) -> Shape:
    """The JSON shape of the column's source field; every source column has one."""
    assert column.source_shape is not None, f"{column.name} has a sourceField without sourceType"
    return column.source_shape


@functools.cache
def row_shape(contract: Contract) -> Shape:
    """The shape of one row of the vendor's answer, with the removal mark where rows come by delta."""
    tree: dict = {}
    for column in contract.source_columns:
        *parents, last = column_path(column)
        node = tree
        for name in parents:
            node = node.setdefault(name, {})
        node[last] = column_shape(column)
    if contract.read_mode == "delta":
        tree[REMOVED] = _REMOVED_SHAPE
    return _struct(tree)


def needs_slow_path(contract: Contract) -> bool:
    """True when a field has no fixed JSON type, so that pyarrow's reader cannot be told one."""
    shapes = [column_shape(column) for column in contract.source_columns]
    return any(shape.has_scalar() or shape.has_unlisted() for shape in shapes)


def _struct(tree: dict) -> Shape:
    return Shape(
        "struct",
        fields=tuple((name, node if isinstance(node, Shape) else _struct(node)) for name, node in tree.items()),
    )
