"""A short fingerprint of what one read returned: equal fingerprints mean that nothing changed since the stored one.

Volatile columns do not count, and in the second of its two parts neither does the order of rows and pages. A different
fingerprint proves nothing; the rows themselves are compared then (changes.py).
"""

import hashlib
from collections.abc import Sequence

import duckdb
import pyarrow as pa

from ingestion.legs import ScopeEnd
from ingestion.load.layout import Layout
from ingestion.load.spool import SpooledRows
from ingestion.load.warehouse import quoted, quoted_text

_DIGEST_BYTES = 16
_SEPARATOR = "-"


def page_digest(pages: pa.Table | None, layout: Layout, scopes: Sequence[ScopeEnd]) -> str:
    """The fingerprint of pages exactly as they came, empty for many pages; the cheap first look."""
    if pages is None:
        return ""
    names = sorted(name for name in pages.column_names if name not in layout.volatile)
    return _hashed(_bytes_of(pages.select(names)) + _asked(layout, scopes))


def row_digest(rows: SpooledRows, scopes: Sequence[ScopeEnd], connection: duckdb.DuckDBPyConnection) -> str:
    """The fingerprint of the rows, whatever their order."""
    body = _sorted_bytes(rows) if rows.table is not None else _summed_bytes(rows, connection)
    return _hashed(body + _asked(rows.layout, scopes) + str(rows.row_count).encode())


def joined(pages: str, rows: str) -> str:
    """Both parts as they are stored."""
    return f"{pages}{_SEPARATOR}{rows}"


def same_pages(stored: str | None, pages: str) -> bool:
    """True when the stored fingerprint is of exactly these pages."""
    return bool(stored and pages) and (stored or "").split(_SEPARATOR)[0] == pages


def same_rows(stored: str | None, rows: str) -> bool:
    """True when the stored fingerprint is of exactly these rows."""
    return bool(stored) and (stored or "").split(_SEPARATOR)[-1] == rows


def _asked(layout: Layout, scopes: Sequence[ScopeEnd]) -> bytes:
    asked = sorted((scope.mode, sorted(scope.where.items())) for scope in scopes)
    return f"{layout.contract.version}{asked}".encode()


def _sorted_bytes(rows: SpooledRows) -> bytes:
    assert rows.table is not None
    order = [(name, "ascending") for name in rows.layout.key if name != rows.layout.partition]
    return _bytes_of(rows.table.select(list(rows.layout.compared)).sort_by(order))


def _summed_bytes(rows: SpooledRows, connection: duckdb.DuckDBPyConnection) -> bytes:
    columns = ", ".join(quoted(name) for name in rows.layout.compared)
    cursor = connection.cursor()
    try:
        # Two sums over differently salted hashes: one 64-bit sum alone is too easily equal by chance.
        found = cursor.execute(
            f"select sum(hash({columns})::hugeint), sum(hash('salt', {columns})::hugeint) "
            f"from read_parquet({quoted_text(rows.path or '')})"
        ).fetchone()
    finally:
        cursor.close()
    return f"{duckdb.__version__}:{found}".encode()


def _bytes_of(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    return sink.getvalue().to_pybytes()


def _hashed(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=_DIGEST_BYTES).hexdigest()
