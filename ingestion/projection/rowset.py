"""The rows of one or several pages, read by pyarrow's JSON reader or, where it refuses, as Python values.

page bytes → RowSet. pyarrow is told the contract's schema, so that what is not listed is never materialised.
"""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from data_contracts.contract import Column, Contract
from data_contracts.shape import Shape
from ingestion.projection.envelope import ERROR, Child, Envelope
from ingestion.projection.errors import WrongType, no_rows, not_json
from ingestion.projection.rows import REMOVED, column_path, row_shape
from ingestion.projection.slow import JSON_WORDS, column_values, parse, typed

# Where the first document is `null`, pyarrow 26 ends the process with a segmentation fault. It takes a byte order mark.
_OBJECT_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{")
# JSON text may hold line breaks only between tokens; as spaces they cannot be taken for record ends.
_LINES_TO_SPACES = bytes.maketrans(b"\r\n", b"  ")


@dataclass(frozen=True)
class RowSet:
    """Rows in one of two forms.

    around: the envelope's other fields, of each page. removed_ids: of rows that are removals.
    numbers: place of each row among all that came, None where all are there.
    """

    fast: pa.StructArray | None
    slow: list
    around: tuple[dict, ...]
    removed_ids: tuple[str, ...] = ()
    numbers: tuple[int, ...] | None = field(default=None, repr=False)

    def values(self, column: Column) -> tuple[pa.Array, int]:
        """A column's source values, and how many of its decimals were rounded on the way."""
        if self.fast is None:
            return column_values(self.slow, column)
        return pc.struct_field(self.fast, list(column_path(column))), 0

    def lists(self, child: Child) -> pa.ListArray:
        """A child's nested arrays, one per row."""
        if self.fast is not None:
            return pc.struct_field(self.fast, [child.field])
        shape = Shape("list", item=child_shape(child))
        return pa.array([typed(row.get(child.field), shape, child.field) for row in self.slow], shape.arrow())

    def __len__(self) -> int:
        return len(self.slow) if self.fast is None else len(self.fast)


def read_fast(
    pages: Sequence[bytes], contract: Contract, envelope: Envelope, children: Sequence[Child]
) -> RowSet | None:
    """The rows of pages through one call of pyarrow's reader; None where it refuses, so that the slow way can say why.

    Several pages at once cost half of what they cost one by one, and their columns are converted in one go.
    """
    joined = b"\n".join(_one_line(envelope.wrap(page)) for page in pages)
    if _OBJECT_START.match(joined) is None:
        return None
    try:
        if not joined.isascii():
            # The reader takes any byte within a text; one that is no UTF-8 would break the load of all tenants.
            joined.decode()
        table = pj.read_json(
            io.BytesIO(joined),
            read_options=pj.ReadOptions(use_threads=False, block_size=len(joined) + 1),
            parse_options=pj.ParseOptions(
                explicit_schema=_schema(contract, envelope, children), unexpected_field_behavior="ignore"
            ),
        )
    except (pa.ArrowInvalid, UnicodeDecodeError):
        return None
    listed = table.column(envelope.rows_name)
    if table.num_rows != len(pages) or listed.null_count:
        return None
    elements = listed.combine_chunks().flatten()
    if elements.null_count:
        return None
    around = table.select([name for name, _ in envelope.extras]).to_pylist() if envelope.extras else []
    if any(page.get(ERROR) is not None for page in around):
        return None
    return RowSet(fast=elements, slow=[], around=tuple(around))


def read_slow(page: bytes, where: str, envelope: Envelope) -> RowSet:
    """The rows of one page as Python values.

    Errors: PageError where the page is not JSON, has no rows, tells an error or has a link that is no text; WrongType
    where a row is no object.
    """
    try:
        document = parse(page)
    except ValueError as error:
        raise not_json(where, page) from error
    rows: object = [document] if envelope.is_single else document
    around: dict = {}
    if isinstance(document, dict) and document.get(ERROR) is not None:
        raise no_rows(where, "rows alone" if envelope.rows is None else f"`{envelope.rows}` alone", "an error object")
    if envelope.rows is not None:
        if not isinstance(document, dict):
            raise no_rows(where, f"an object with `{envelope.rows}`", "no object")
        rows = document.get(envelope.rows)
        around = {name: _around(name, document.get(name), kind, where) for name, kind in envelope.extras}
    if not isinstance(rows, list):
        expected = "a bare array" if envelope.rows is None else f"an array `{envelope.rows}`"
        raise no_rows(where, expected, "no such array")
    for number, row in enumerate(rows):
        if not isinstance(row, dict):
            raise WrongType("(row)", "no object", "an object", number)
    return RowSet(fast=None, slow=rows, around=(around,))


def split_removed(rows: RowSet) -> RowSet:
    """The rows of a delta without its removals; an id that comes several times counts by its last appearance."""
    if rows.fast is None:
        ids = [row.get("id") for row in rows.slow]
        for number, identifier in enumerate(ids):
            if identifier is not None and not isinstance(identifier, str):
                raise WrongType("id", JSON_WORDS.get(type(identifier), "another type"), "a text", number)
        marks = [row.get(REMOVED) is not None for row in rows.slow]
    else:
        id_values = pc.struct_field(rows.fast, ["id"])
        mark_values = pc.struct_field(rows.fast, [REMOVED]).is_valid()
        if not pc.any(mark_values).as_py() and pc.count_distinct(id_values).as_py() == len(id_values):
            return rows
        ids, marks = id_values.to_pylist(), mark_values.to_pylist()
    last = {identifier: number for number, identifier in enumerate(ids)}
    for identifier, number in last.items():
        if identifier is None or not identifier.strip():
            raise WrongType("id", "nothing", "a text", number)
    removed = tuple(identifier for identifier, number in last.items() if marks[number])
    kept = tuple(sorted(number for number in last.values() if not marks[number]))
    return replace(
        rows,
        fast=None if rows.fast is None else rows.fast.take(pa.array(kept, pa.int64())),
        slow=[rows.slow[number] for number in kept] if rows.fast is None else [],
        removed_ids=removed,
        numbers=kept,
    )


def child_shape(child: Child) -> Shape:
    """The shape of one element of a child's array, without the removal mark that only parents carry."""
    return Shape("struct", fields=tuple(pair for pair in row_shape(child.contract).fields if pair[0] != REMOVED))


def _schema(contract: Contract, envelope: Envelope, children: Sequence[Child]) -> pa.Schema:
    fields = row_shape(contract).fields
    for child in children:
        fields += ((child.field, Shape("list", item=child_shape(child))),)
    return pa.schema([(envelope.rows_name, pa.list_(Shape("struct", fields=fields).arrow())), *envelope.extras])


def _one_line(page: bytes) -> bytes:
    return page.translate(_LINES_TO_SPACES) if b"\n" in page or b"\r" in page else page


def _around(name: str, value: object, kind: pa.DataType, where: str) -> object:
    if pa.types.is_string(kind):
        if value is None or isinstance(value, str):
            return value
        # Passed over, the list would seem to end here, and what lies behind the link to be gone.
        raise no_rows(where, f"a text in `{name}`", "something else there")
    if not isinstance(value, dict):
        return None
    return {item.name: value.get(item.name) if isinstance(value.get(item.name), int) else None for item in kind}
