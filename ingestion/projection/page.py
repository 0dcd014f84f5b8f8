"""One page of a vendor's answer → an Arrow table with exactly the contract's columns.

page bytes → pyarrow's JSON reader with the contract's explicit schema → columns in warehouse types
It must not do I/O, read a clock, or log. What the contract does not list is never materialised.
"""

import functools
import io
from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from data_contracts.contract import Column, Contract
from data_contracts.shape import Shape
from ingestion.projection.convert import convert
from ingestion.projection.errors import WrongType, no_rows, not_json, wrong_type
from ingestion.projection.forbidden import count_forbidden
from ingestion.projection.rows import REMOVED, column_path, needs_slow_path, row_shape
from ingestion.projection.slow import column_values, parse, typed

_NEXT_LINK = "@odata.nextLink"
_DELTA_LINK = "@odata.deltaLink"
# JSON text may hold line breaks only between tokens; as spaces they cannot be taken for record ends.
_LINES_TO_SPACES = bytes.maketrans(b"\r\n", b"  ")


@dataclass(frozen=True)
class Envelope:
    """How a vendor wraps rows.

    rows: property that holds the array, None for a bare array or object.
    is_single: the page is one row.
    extras: other top-level fields that paging needs.
    """

    rows: str | None
    is_single: bool = False
    extras: tuple[tuple[str, pa.DataType], ...] = ()

    def wrap(self, page: bytes) -> bytes:
        """The page as one JSON object whose rows are in a property."""
        if self.rows is not None:
            return page
        return b'{"value":[' + page + b"]}" if self.is_single else b'{"value":' + page + b"}"


_PAX8_PAGE = pa.struct([("number", pa.int64()), ("totalPages", pa.int64())])
GRAPH = Envelope("value", extras=((_NEXT_LINK, pa.string()), (_DELTA_LINK, pa.string())))
ARRAY = Envelope(None)
SINGLE = Envelope(None, is_single=True)
PAX8 = Envelope("content", extras=(("page", _PAX8_PAGE),))


@dataclass(frozen=True)
class Child:
    """A nested array that fills a table of its own.

    field: the array's property; parent_column: column of the child that takes the parent's `id`;
    defaults: text for nulls of a child column.
    """

    field: str
    contract: Contract
    parent_column: str
    defaults: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ChildPage:
    """Child rows of one page, and the parents that had the array at all: absent is not empty."""

    table: pa.Table
    parents: pa.Array


@dataclass(frozen=True)
class ProjectedPage:
    """A page cut to its contract. `table` has the contract's source columns only."""

    table: pa.Table
    next_link: str | None = None
    delta_link: str | None = None
    removed_ids: tuple[str, ...] = ()
    page_number: int | None = None
    total_pages: int | None = None
    children: dict[str, ChildPage] = field(default_factory=dict)
    forbidden_dropped: int = 0
    decimals_rounded: int = 0


@dataclass(frozen=True)
class _Rows:
    """The rows of a page in one of two forms, and the fields around them."""

    fast: pa.StructArray | None
    slow: list | None
    around: dict

    def values(self, column: Column) -> tuple[pa.Array, int]:
        if self.fast is None:
            return column_values(self.slow or [], column)
        return pc.struct_field(self.fast, list(column_path(column))), 0


def project(
    page: bytes, contract: Contract, *, where: str, envelope: Envelope = GRAPH, children: Sequence[Child] = ()
) -> ProjectedPage:
    """The rows of one page, with the links to follow.

    Shape: one row per element that is not a removal; columns are `contract.source_columns`; rows keep the page's order.
    Units: as the contract's physical types; timestamps UTC.
    Errors: PageError when the page is not JSON, has no rows property, or a field is of another type than declared.
    """
    name = f"{contract.vendor}/{contract.table}"
    try:
        rows = _read(page, contract, where, envelope, children)
        rows, removed = _split_removed(rows, contract)
        table, rounded = _table(rows, contract)
        below = {child.contract.table: _child_page(rows, child, table) for child in children}
    except WrongType as error:
        raise wrong_type(where, name, error) from error
    paging = rows.around.get("page") or {}
    return ProjectedPage(
        table=table,
        next_link=rows.around.get(_NEXT_LINK),
        delta_link=rows.around.get(_DELTA_LINK),
        removed_ids=removed,
        page_number=paging.get("number"),
        total_pages=paging.get("totalPages"),
        children=below,
        forbidden_dropped=count_forbidden(page, _expected_names(contract, envelope)),
        decimals_rounded=rounded,
    )


@functools.cache
def _expected_names(contract: Contract, envelope: Envelope) -> frozenset[str]:
    """Names that the contract reads or the vendor wraps rows in, which are no content here."""
    listed = {name for path in row_shape(contract).paths("row") for name in path.split(".")}
    return frozenset(listed | {envelope.rows or ""})


def _read(page: bytes, contract: Contract, where: str, envelope: Envelope, children: Sequence[Child]) -> _Rows:
    if not needs_slow_path(contract):
        rows = _read_fast(envelope.wrap(page), contract, envelope, children)
        if rows is not None:
            return rows
    return _read_slow(page, where, envelope)


def _read_fast(page: bytes, contract: Contract, envelope: Envelope, children: Sequence[Child]) -> _Rows | None:
    """The page through pyarrow's reader; None where it refuses, so that the slow way can say why."""
    fields = row_shape(contract).fields
    for child in children:
        fields += ((child.field, Shape("list", item=_child_shape(child))),)
    rows_name = envelope.rows or "value"
    schema = pa.schema([(rows_name, pa.list_(Shape("struct", fields=fields).arrow())), *envelope.extras])
    if b"\n" in page or b"\r" in page:
        page = page.translate(_LINES_TO_SPACES)
    try:
        table = pj.read_json(
            io.BytesIO(page),
            read_options=pj.ReadOptions(use_threads=False, block_size=len(page) + 1),
            parse_options=pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore"),
        )
    except (pa.ArrowInvalid, UnicodeDecodeError):
        return None
    if table.num_rows != 1 or table.column(rows_name).null_count:
        return None
    listed = table.column(rows_name).chunk(0)
    elements = listed.flatten()
    if elements.null_count:
        return None
    around = {name: table.column(name)[0].as_py() for name, _ in envelope.extras}
    return _Rows(fast=elements, slow=None, around=around)


def _child_shape(child: Child) -> Shape:
    """The shape of one element of a child's array, without the removal mark that only parents carry."""
    return Shape("struct", fields=tuple(pair for pair in row_shape(child.contract).fields if pair[0] != REMOVED))


def _read_slow(page: bytes, where: str, envelope: Envelope) -> _Rows:
    try:
        document = parse(page)
    except ValueError as error:
        raise not_json(where, page) from error
    if envelope.rows is None:
        rows = [document] if envelope.is_single else document
        around: dict = {}
    else:
        if not isinstance(document, dict):
            raise no_rows(where, f"an object with `{envelope.rows}`", "no object")
        rows = document.get(envelope.rows)
        around = {name: _around(document.get(name), kind) for name, kind in envelope.extras}
    if not isinstance(rows, list):
        found = "an error object" if isinstance(document, dict) and "error" in document else "no such array"
        raise no_rows(where, "a bare array" if envelope.rows is None else f"an array `{envelope.rows}`", found)
    for number, row in enumerate(rows):
        if not isinstance(row, dict):
            raise WrongType("(row)", "no object", "an object", number)
    return _Rows(fast=None, slow=rows, around=around)


def _around(value: object, kind: pa.DataType) -> object:
    if pa.types.is_string(kind):
        return value if isinstance(value, str) else None
    if not isinstance(value, dict):
        return None
    return {item.name: value.get(item.name) if isinstance(value.get(item.name), int) else None for item in kind}


def _split_removed(rows: _Rows, contract: Contract) -> tuple[_Rows, tuple[str, ...]]:
    """Rows and removed ids of a delta page; an id that comes twice counts by its last appearance."""
    if contract.read_mode != "delta":
        return rows, ()
    if rows.fast is None:
        ids = [row.get("id") for row in rows.slow or []]
        marks = [row.get(REMOVED) is not None for row in rows.slow or []]
    else:
        id_values = pc.struct_field(rows.fast, ["id"])
        mark_values = pc.struct_field(rows.fast, [REMOVED]).is_valid()
        if not pc.any(mark_values).as_py() and pc.count_distinct(id_values).as_py() == len(id_values):
            return rows, ()
        ids, marks = id_values.to_pylist(), mark_values.to_pylist()
    last = {identifier: number for number, identifier in enumerate(ids)}
    removed = tuple(str(identifier) for identifier, number in last.items() if marks[number])
    kept = sorted(number for number in last.values() if not marks[number])
    if rows.fast is None:
        return _Rows(None, [(rows.slow or [])[number] for number in kept], rows.around), removed
    return _Rows(rows.fast.take(pa.array(kept, pa.int64())), None, rows.around), removed


def _table(rows: _Rows, contract: Contract) -> tuple[pa.Table, int]:
    columns: dict[str, pa.Array] = {}
    rounded = 0
    for column in contract.source_columns:
        values, rounded_early = rows.values(column)
        converted = convert(values, column)
        columns[column.name] = converted.values
        rounded += rounded_early + converted.decimals_rounded
    return pa.table(columns), rounded


def _child_page(rows: _Rows, child: Child, parents: pa.Table) -> ChildPage:
    """The rows of a nested array, each with its parent's id."""
    if rows.fast is None:
        shape = Shape("list", item=_child_shape(child))
        lists = pa.array([typed(row.get(child.field), shape, child.field) for row in rows.slow or []], shape.arrow())
    else:
        lists = pc.struct_field(rows.fast, [child.field])
    parent_ids = parents.column("id").combine_chunks()
    elements = _Rows(fast=pc.list_flatten(lists), slow=None, around={})
    table, _ = _table(elements, child.contract)
    for name, default in child.defaults:
        position = table.column_names.index(name)
        table = table.set_column(position, name, pc.fill_null(table.column(name), default))
    owners = parent_ids.take(pc.list_parent_indices(lists))
    return ChildPage(table.append_column(child.parent_column, owners), parent_ids.filter(lists.is_valid()))
