"""Pages of a vendor's answer → Arrow tables with exactly the contract's columns.

page bytes → RowSet → columns in warehouse types. It must not do I/O, read a clock, or log.
"""

import functools
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.contract import Contract
from ingestion.legs import LegStats
from ingestion.projection.convert import convert
from ingestion.projection.envelope import DELTA_LINK, GRAPH, NEXT_LINK, Child, Envelope
from ingestion.projection.errors import PageError, WrongType, not_json, wrong_type
from ingestion.projection.forbidden import count_forbidden
from ingestion.projection.rows import needs_slow_path, row_shape
from ingestion.projection.rowset import RowSet, read_fast, read_slow, split_removed
from ingestion.projection.text import TextCounts, TextRule, may_hold_controls

# What a list without rows, or a delta without change, takes at most: links and little else.
_SHORT_BYTES = 8_192
_EMPTY_ARRAY = b"[]"
_NEXT_LINK_TEXT = re.compile(rb'"@odata\.nextLink"\s*:\s*("(?:[^"\\]|\\.)*")')


@dataclass(frozen=True)
class ChildPage:
    """Child rows of a page, and the parents that had the array at all: absent is not empty."""

    table: pa.Table
    parents: pa.Array


@dataclass(frozen=True)
class ProjectedPage:
    """A page, or several in their order, cut to the contract.

    table: the contract's source columns only. row_count: rows that came, removals and repetitions included.
    The links and numbers are those of the last page. children: by the nested array's property.
    """

    table: pa.Table
    row_count: int = 0
    next_link: str | None = None
    delta_link: str | None = None
    removed_ids: tuple[str, ...] = ()
    total_pages: int | None = None
    total_rows: int | None = None
    children: dict[str, ChildPage] = field(default_factory=dict)
    forbidden_dropped: int = 0
    decimals_rounded: int = 0
    texts_stripped: int = 0
    texts_cut: int = 0

    def count_into(self, stats: LegStats) -> None:
        """Add the page to a leg's counters."""
        stats.rows_read += self.table.num_rows
        stats.forbidden_dropped += self.forbidden_dropped
        stats.decimals_rounded += self.decimals_rounded
        stats.texts_stripped += self.texts_stripped
        stats.texts_cut += self.texts_cut


def project(
    page: bytes, contract: Contract, *, where: str, envelope: Envelope = GRAPH, children: Sequence[Child] = ()
) -> ProjectedPage:
    """The rows of one page, with the links to follow.

    Shape: one row per element that is not a removal; columns are `contract.source_columns`; rows keep the page's order.
    Units: as the contract's physical types; timestamps UTC.
    Errors: PageError when the page is not JSON, has no rows property, or a field is of another type than declared.
    """
    numbers: tuple[int, ...] | None = None
    try:
        if len(page) <= _SHORT_BYTES and _EMPTY_ARRAY in page:
            rows = _read_short(page, where, envelope)
            if rows is not None and not len(rows):
                return _empty(rows, page, contract, envelope, children)
        # A singleton is one row: how it is read costs nothing, and only there is an error in its place noticed.
        is_slow = envelope.is_single or needs_slow_path(contract)
        rows = None if is_slow else read_fast([page], contract, envelope, children)
        rows = rows if rows is not None else read_slow(page, where, envelope)
        count = len(rows)
        if envelope.is_single and count != 1:
            # Nothing at all would read as an object that is gone.
            raise not_json(where, page)
        rows = split_removed(rows) if contract.read_mode == "delta" else rows
        numbers = rows.numbers
        return _converted(rows, count, [page], contract, envelope, children)
    except WrongType as error:
        if error.row is not None and numbers is not None:
            error.row = numbers[error.row]
        raise wrong_type(where, f"{contract.vendor}/{contract.table}", error) from error


def project_pages(
    pages: Sequence[bytes], contract: Contract, *, where: str, children: Sequence[Child] = ()
) -> list[ProjectedPage]:
    """Several pages of Graph: one result for all of them, or one for each where they cannot be read together.

    Shape, Errors: as `project`; within one result an id's last appearance counts, over page edges too.
    """
    if len(pages) > 1 and not needs_slow_path(contract):
        rows = read_fast(pages, contract, GRAPH, children)
        if rows is not None:
            count = len(rows)
            rows = split_removed(rows) if contract.read_mode == "delta" else rows
            try:
                return [_converted(rows, count, pages, contract, GRAPH, children)]
            except WrongType:
                # Page by page, the error names the row within its page.
                pass
    return [project(page, contract, where=where, children=children) for page in pages]


def next_link_of(page: bytes) -> str | None:
    """The next link in a Graph page's bytes, so that the next page can be asked for before this one is parsed.

    Shape: None where the page has none, or is no JSON. A key within a text would be escaped; one within a row lies
    between `"value"` and the last bracket, and there the page is parsed to be sure.
    """
    found = _NEXT_LINK_TEXT.search(page)
    if found is None:
        return None
    try:
        is_before = page.find(b'"value"') > found.start()
        is_behind = page.rfind(b"]", 0, found.start()) > 0 and page.find(b"]", found.end()) < 0
        if is_before or is_behind:
            return json.loads(found[1])
        document = json.loads(page)
    except (ValueError, RecursionError):
        return None
    link = document.get(NEXT_LINK) if isinstance(document, dict) else None
    return link if isinstance(link, str) else None


def _read_short(page: bytes, where: str, envelope: Envelope) -> RowSet | None:
    """The rows of a page that may have none; None where Python's reader refuses what pyarrow's may take.

    Such as a line break within a text: whether a page is read may not hang on its size.
    """
    try:
        return read_slow(page, where, envelope)
    except PageError:
        return None


def _empty(
    rows: RowSet, page: bytes, contract: Contract, envelope: Envelope, children: Sequence[Child]
) -> ProjectedPage:
    """A page without rows, which most pages of a run without change are: no reader, no columns to convert."""
    last = rows.around[-1] if rows.around else {}
    return ProjectedPage(
        table=_no_rows(contract),
        next_link=last.get(NEXT_LINK),
        delta_link=last.get(DELTA_LINK),
        total_pages=(last.get("page") or {}).get("totalPages"),
        total_rows=(last.get("page") or {}).get("totalElements"),
        children={child.field: _no_children(child) for child in children},
        forbidden_dropped=count_forbidden([page], _expected_names(contract, envelope)),
    )


def _converted(
    rows: RowSet, count: int, pages: Sequence[bytes], contract: Contract, envelope: Envelope, children: Sequence[Child]
) -> ProjectedPage:
    texts = _Texts(TextCounts(), may_hold_controls(pages))
    table, rounded = _table(rows, contract, texts)
    _refuse_keyless(table, contract)
    last = rows.around[-1] if rows.around else {}
    return ProjectedPage(
        table=table,
        row_count=count,
        next_link=last.get(NEXT_LINK),
        delta_link=last.get(DELTA_LINK),
        removed_ids=rows.removed_ids,
        total_pages=(last.get("page") or {}).get("totalPages"),
        total_rows=(last.get("page") or {}).get("totalElements"),
        children={child.field: _child_page(rows, child, table, texts) for child in children},
        forbidden_dropped=count_forbidden(pages, _expected_names(contract, envelope)),
        decimals_rounded=rounded,
        texts_stripped=texts.counts.stripped,
        texts_cut=texts.counts.cut,
    )


@functools.cache
def _expected_names(contract: Contract, envelope: Envelope) -> frozenset[str]:
    """Names that the contract reads or the vendor wraps rows in, which are no content here."""
    listed = {name for path in row_shape(contract).paths("row") for name in path.split(".")}
    return frozenset(listed | {envelope.rows_name})


@dataclass(frozen=True)
class _Texts:
    """What the columns of one page's tables share in cleaning their texts."""

    counts: TextCounts
    may_hold_controls: bool


def _table(rows: RowSet, contract: Contract, texts: _Texts) -> tuple[pa.Table, int]:
    if not len(rows):
        return _no_rows(contract), 0
    columns: dict[str, pa.Array] = {}
    rounded = 0
    for column in contract.source_columns:
        values, rounded_early = rows.values(column)
        converted = convert(values, column, TextRule(column, texts.counts, texts.may_hold_controls))
        columns[column.name] = converted.values
        rounded += rounded_early + converted.decimals_rounded
    return pa.table(columns), rounded


def _refuse_keyless(table: pa.Table, contract: Contract) -> None:
    """Return when every row says which one it is; a key that is blank would stand for any of them."""
    if not table.num_rows:
        return
    for name in contract.key:
        if name not in table.column_names:
            continue
        values = table.column(name)
        if not pa.types.is_string(values.type) and not values.null_count:
            continue
        is_blank = values.is_null()
        if pa.types.is_string(values.type):
            is_blank = pc.or_(is_blank, pc.fill_null(pc.equal(pc.utf8_trim_whitespace(values), ""), False))
        place = pc.index(is_blank, True).as_py()
        if place >= 0:
            raise WrongType(contract.column(name).source_field or name, "nothing", "a value", place)


@functools.cache
def _no_rows(contract: Contract) -> pa.Table:
    """What most pages of a run without change hold; column by column it would cost as much as hundreds of rows."""
    return pa.schema([(column.name, column.arrow_type) for column in contract.source_columns]).empty_table()


@functools.cache
def _no_children(child: Child) -> ChildPage:
    table = _no_rows(child.contract).append_column(child.parent_column, pa.array([], pa.string()))
    return ChildPage(table, pa.array([], pa.string()))


def _child_page(rows: RowSet, child: Child, parents: pa.Table, texts: _Texts) -> ChildPage:
    """The rows of a nested array, each with its parent's id."""
    lists = rows.lists(child)
    parent_ids = parents.column("id").combine_chunks()
    table, _ = _table(RowSet(fast=pc.list_flatten(lists), slow=[], around=()), child.contract, texts)
    for name, default in child.defaults:
        position = table.column_names.index(name)
        table = table.set_column(position, name, pc.fill_null(table.column(name), default))
    _refuse_keyless(table, child.contract)
    owners = parent_ids.take(pc.list_parent_indices(lists))
    return ChildPage(table.append_column(child.parent_column, owners), parent_ids.filter(lists.is_valid()))
