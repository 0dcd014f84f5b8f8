"""A short fingerprint of what one read returned: equal fingerprints mean that nothing changed since the stored one.

Order of rows and pages does not count, nor do volatile columns. A different fingerprint proves nothing; the rows
themselves are compared then (changes.py).
"""

import hashlib
from collections.abc import Sequence

import duckdb
import pyarrow as pa

from data_contracts.contract import Contract
from ingestion.legs import ScopeEnd
from ingestion.load.spool import STAMPED_COLUMNS, SpooledRows
from ingestion.load.warehouse import quoted

_DIGEST_BYTES = 16


def digest_of(rows: SpooledRows, scopes: Sequence[ScopeEnd], connection: duckdb.DuckDBPyConnection) -> str | None:
    """The fingerprint of these rows as the answer of these scopes.

    None where the read also named rows that are gone: what it returned does not tell the whole change then.
    """
    if any(_names_removed_rows(scope) for scope in scopes):
        return None
    asked = repr(sorted((scope.mode, sorted(scope.where.items())) for scope in scopes))
    body = _sorted_hash(rows) if rows.table is not None else _summed_hash(rows, connection)
    return hashlib.blake2b(
        f"{rows.contract.version}|{asked}|{rows.row_count}|{body}".encode(), digest_size=_DIGEST_BYTES
    ).hexdigest()


def _names_removed_rows(scope: ScopeEnd) -> bool:
    removed = scope.removed_keys is not None and scope.removed_keys.num_rows > 0
    return removed or (scope.replaced_parents is not None and len(scope.replaced_parents) > 0)


def compared_columns(contract: Contract) -> list[str]:
    """Content columns that are known before a row is stamped."""
    return [name for name in contract.content_columns if name not in STAMPED_COLUMNS]


def _sorted_hash(rows: SpooledRows) -> str:
    assert rows.table is not None
    ordered = rows.table.select(compared_columns(rows.contract))
    ordered = ordered.sort_by([(name, "ascending") for name in rows.contract.key if name in ordered.column_names])
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, ordered.schema) as writer:
        writer.write_table(ordered.combine_chunks())
    return hashlib.blake2b(sink.getvalue(), digest_size=_DIGEST_BYTES).hexdigest()


def _summed_hash(rows: SpooledRows, parent: duckdb.DuckDBPyConnection) -> str:
    columns = ", ".join(quoted(name) for name in compared_columns(rows.contract))
    path = str(rows.path).replace("'", "''")
    # Two sums over differently salted hashes: one 64-bit sum alone is too easily equal by chance.
    connection = parent.cursor()
    try:
        found = connection.execute(
            f"select sum(hash({columns})::hugeint), sum(hash('salt', {columns})::hugeint) from read_parquet('{path}')"
        ).fetchone()
    finally:
        connection.close()
    return f"{duckdb.__version__}:{found}"
