"""A vendor's CSV report → an Arrow table with exactly the contract's source columns, found by their headers.

Headers in another order and headers that no contract lists change nothing. It must not do I/O, read a clock, or log.
"""

import mmap

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv

from data_contracts.contract import Contract
from ingestion.projection.convert import convert
from ingestion.projection.errors import PageError, WrongType, no_rows, wrong_type
from ingestion.projection.text import TextCounts, TextRule

# What holds more is no report without rows.
_BLANK_BYTES = 65_536
_MARK = b"\xef\xbb\xbf"


def project_csv(
    content: bytes | mmap.mmap, contract: Contract, *, where: str, counts: TextCounts | None = None
) -> pa.Table:
    """The rows of a report; a file without any line holds none.

    Shape: columns are `contract.source_columns`, a blank is null; rows keep the file's order.
    counts: takes how many texts were cleaned.
    Errors: PageError when the file is no CSV in UTF-8, lacks a header, or holds a value of another type than declared.
    """
    headers = [column.source_field or "" for column in contract.source_columns]
    counts = counts if counts is not None else TextCounts()
    # As a view: a report may be hundreds of megabytes that lie on the disk.
    text = pa.py_buffer(content)
    if content[: len(_MARK)] == _MARK:
        text = text.slice(len(_MARK))
    if text.size <= _BLANK_BYTES and not text.to_pybytes().strip():
        return pa.schema([(column.name, column.arrow_type) for column in contract.source_columns]).empty_table()
    found = _read(text, headers, where)
    columns: dict[str, pa.Array] = {}
    for column, header in zip(contract.source_columns, headers, strict=True):
        values = pc.utf8_trim_whitespace(found.column(header).combine_chunks())
        values = pc.if_else(pc.equal(values, ""), pa.scalar(None, pa.string()), values)
        try:
            columns[column.name] = convert(values, column, TextRule(column, counts)).values
        except WrongType as error:
            raise wrong_type(where, f"{contract.vendor}/{contract.table}", error) from error
    return pa.table(columns)


def _read(text: pa.Buffer, headers: list[str], where: str) -> pa.Table:
    types = dict.fromkeys(headers, pa.string())
    try:
        return pv.read_csv(
            pa.BufferReader(text),
            read_options=pv.ReadOptions(use_threads=False),
            parse_options=pv.ParseOptions(newlines_in_values=True),
            convert_options=pv.ConvertOptions(column_types=types, include_columns=headers, strings_can_be_null=False),
        )
    except pa.ArrowKeyError:
        pass
    except pa.ArrowInvalid:
        raise _not_csv(where, text.size) from None
    raise no_rows(where, f"a CSV file with the headers {', '.join(headers)}", "other headers")


def _not_csv(where: str, size: int) -> PageError:
    return PageError(
        f"{where}: the report's file is no CSV: found {size} bytes that do not parse, expected comma-separated UTF-8 "
        "lines. Nothing of it was taken.",
        error_class="not_csv",
        advice="The download was cut or a proxy answered in the vendor's place. Run again; if it stays, report it.",
    )
