"""A short fingerprint of what one read returned: equal fingerprints mean that nothing changed since the stored one.

It has three parts, from the cheapest look to the surest: the answer's bytes, the projected pages as they came, the rows
in any order. In the last two volatile columns do not count. A different fingerprint proves nothing; the rows themselves
are compared then (changes.py).
"""

import functools
import hashlib
import importlib.metadata
from collections.abc import Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Fingerprint:
    """What is stored of a read; a part that is empty equals nothing.

    rows_read, rows_dropped: of the answer, which nobody counts where its bytes are recognised.
    """

    pages: str
    rows: str
    answer: str = ""
    rows_read: int = 0
    rows_dropped: int = 0

    def text(self) -> str:
        """The fingerprint as it is stored."""
        return _SEPARATOR.join((self.pages, self.rows, self.answer, str(self.rows_read), str(self.rows_dropped)))

    @classmethod
    def parse(cls, stored: str | None) -> "Fingerprint":
        """The fingerprint that was stored; one that equals nothing where none was."""
        parts = (stored or "").split(_SEPARATOR)
        pages, rows, answer, rows_read, rows_dropped = [*parts, *[""] * 5][:5]
        return cls(pages, rows, answer, int(rows_read or 0), int(rows_dropped or 0))

    def is_of_pages(self, pages: str) -> bool:
        """True when it is of exactly these pages."""
        return bool(pages) and self.pages == pages

    def is_of_rows(self, rows: str) -> bool:
        """True when it is of exactly these rows."""
        return bool(rows) and self.rows == rows

    def is_of_answer(self, answer: str) -> bool:
        """True when it is of exactly this answer."""
        return bool(answer) and self.answer == answer


def answer_digest(question: str, answer: Sequence[bytes], layout: Layout) -> str:
    """The fingerprint of an answer's bytes, by the question, the contract and our release, which decide its rows."""
    hashed = hashlib.blake2b(f"{question}\n{layout.contract.version}\n{_release()}".encode(), digest_size=_DIGEST_BYTES)
    for page in answer:
        hashed.update(len(page).to_bytes(8, "big"))
        hashed.update(page)
    return hashed.hexdigest()


@functools.cache
def _release() -> str:
    return importlib.metadata.version("tenantry")


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
