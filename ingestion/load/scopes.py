"""Which rows a finished scope speaks of: those inside it, the last of each key, those it reports as removed.

Pure: rows and scopes in, rows or conditions out.
"""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from ingestion.legs import ScopeEnd
from ingestion.load.layout import Layout
from ingestion.load.warehouse import quoted


def scope_name(scope: ScopeEnd) -> str:
    """The name under which a scope's cursor is stored: `mailbox/folder` for mail, `` for a whole leg."""
    return "/".join(scope.where.values())


def is_complete(scopes: Sequence[ScopeEnd]) -> bool:
    """True when the read returned the leg's whole set."""
    return any(scope.mode == "full" and not scope.where for scope in scopes)


def names_removed_rows(scopes: Sequence[ScopeEnd]) -> bool:
    """True when the read told of rows that are gone beside those it returned."""
    return any(
        (scope.removed_keys is not None and scope.removed_keys.num_rows > 0)
        or (scope.replaced_parents is not None and len(scope.replaced_parents) > 0)
        for scope in scopes
    )


def scope_condition(scopes: Sequence[ScopeEnd]) -> tuple[str, list[str]]:
    """SQL that is true for rows of any of these scopes, and its parameter values."""
    if not scopes:
        return "false", []
    if any(not scope.where for scope in scopes):
        return "true", []
    arms = [" and ".join(f"{quoted(name)} = ?" for name in scope.where) for scope in scopes]
    values = [value for scope in scopes for value in scope.where.values()]
    return "(" + " or ".join(f"({arm})" for arm in arms) + ")", values


def within(table: pa.Table, scopes: Sequence[ScopeEnd]) -> pa.Table:
    """The rows of any of these scopes."""
    if any(not scope.where for scope in scopes):
        return table
    keep = pa.chunked_array([pa.repeat(False, table.num_rows)])
    for scope in scopes:
        inside = pa.chunked_array([pa.repeat(True, table.num_rows)])
        for name, value in scope.where.items():
            inside = pc.and_(inside, pc.fill_null(pc.equal(table.column(name), value), False))
        keep = pc.or_(keep, inside)
    return table.filter(keep)


def last_of_each_key(table: pa.Table, key: Sequence[str]) -> pa.Table:
    """The last row of each key, in the order of those rows; the partition column is the same in all of them."""
    names = list(key[1:])
    if len(names) == 1:
        distinct = pc.count_distinct(table.column(names[0])).as_py()
    else:
        distinct = table.group_by(names).aggregate([]).num_rows
    if distinct == table.num_rows:
        return table
    numbered = table.select(names).append_column("row", pa.array(range(table.num_rows), pa.int64()))
    last = numbered.group_by(names).aggregate([("row", "max")]).column("row_max")
    return table.take(last.combine_chunks().sort())


def removed_keys(layout: Layout, scope: ScopeEnd) -> pa.Table | None:
    """Keys that the scope reports as removed, with the columns that bound the scope; the partition column left out."""
    if scope.removed_keys is None or not scope.removed_keys.num_rows:
        return None
    given = scope.removed_keys.column_names
    keys = scope.removed_keys.select([name for name in layout.key if name in given and name != layout.partition])
    for name, value in scope.where.items():
        if name not in keys.column_names:
            keys = keys.append_column(name, pa.repeat(pa.scalar(value), keys.num_rows))
    return keys


def without_removed(table: pa.Table, scopes: Sequence[ScopeEnd], layout: Layout) -> pa.Table:
    """The rows that no scope reports as removed: the removal was the last word about them."""
    for scope in scopes:
        keys = removed_keys(layout, scope)
        if keys is not None and table.num_rows:
            table = table.join(keys, keys=keys.column_names, join_type="left anti").cast(table.schema)
    return table
