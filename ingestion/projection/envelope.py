"""How vendors wrap the rows of a page, and which nested arrays become tables of their own."""

from dataclasses import dataclass

import pyarrow as pa

from data_contracts.contract import Contract

NEXT_LINK = "@odata.nextLink"
DELTA_LINK = "@odata.deltaLink"


@dataclass(frozen=True)
class Envelope:
    """How a vendor wraps rows.

    rows: property that holds the array, None for a bare array or object.
    is_single: the page is one row.
    extras: other top-level fields that paging needs, and the error that makes the rest no answer.
    """

    rows: str | None
    is_single: bool = False
    extras: tuple[tuple[str, pa.DataType], ...] = ()

    @property
    def rows_name(self) -> str:
        """The property that holds the rows once the page is wrapped."""
        return self.rows or "value"

    def wrap(self, page: bytes) -> bytes:
        """The page as one JSON object whose rows are in a property."""
        if self.rows is not None:
            return page
        return b'{"value":[' + page + b"]}" if self.is_single else b'{"value":' + page + b"}"


# A service that fails in the midst of an answer says so within it, under a status that is good already.
# Source: https://docs.oasis-open.org/odata/odata-json-format/v4.01/odata-json-format-v4.01.html#sec_InStreamError
ERROR = "error"
_ERROR = (ERROR, pa.struct([("code", pa.string())]))
_PAX8_PAGE = pa.struct([("number", pa.int64()), ("totalPages", pa.int64()), ("totalElements", pa.int64())])
GRAPH = Envelope("value", extras=((NEXT_LINK, pa.string()), (DELTA_LINK, pa.string()), _ERROR))
ARRAY = Envelope(None)
SINGLE = Envelope(None, is_single=True)
PAX8 = Envelope("content", extras=(("page", _PAX8_PAGE), _ERROR))


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
