"""One sieve over every file that may hold mail or calendar data: databases and exports, rewritten where they change."""

from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb

from ingestion.load.warehouse import quoted, quoted_text
from orchestration.errors import OrchestrationError
from orchestration.privacy.mail_tables import PREVIEW, Sieve, TextTable, gone_rows, sift_parquet, text_tables
from orchestration.privacy.places import exports
from orchestration.privacy.rewrite import rewrite_database, rewrite_parquet, rewrite_publication, settle
from orchestration.publications import publications, remove_log
from orchestration.published_file import folder_mode
from orchestration.settings_schema import Settings

# Told before a file is replaced: file, table, what, rows.
OnRemoved = Callable[[Path, str, int], None]


def delete_gone(connection: duckdb.DuckDBPyConnection, sieve: Sieve, *, but: tuple[str, ...] = ()) -> dict[str, int]:
    """Rows that were deleted from the mail tables of the open warehouse, by table; the caller holds the transaction.

    but: tables that are left alone.
    """
    catalog = connection.execute("select current_database()").fetchall()[0][0]
    removed: dict[str, int] = {}
    for table in text_tables(connection, catalog):
        if not table.is_mail or table.place in but:
            continue
        rows = gone_rows(connection, catalog, table, sieve)
        target = f"{quoted(table.schema)}.{quoted(table.name)}"
        if rows:
            connection.execute(f"delete from {target} where rowid in (select unnest(?::bigint[]))", [rows])
            removed[table.place] = len(rows)
        if not sieve.has_preview and PREVIEW in table.columns:
            connection.execute(f"update {target} set {PREVIEW} = null where {PREVIEW} is not null")
    return removed


def sweep_others(
    settings: Settings, sieve: Sieve, on_removed: OnRemoved, databases: Sequence[Path], *, always: bool
) -> list[Path]:
    """The databases and exports that were replaced.

    always: also those that lose no row, for the free blocks that an earlier removal left.
    Errors: OrchestrationError for a DuckDB file that cannot be read: what is in it is unknown.
    """
    replaced: list[Path] = []
    stable = settings.warehouse.published
    own = {file.resolve(): file for file in publications(stable)}
    for file in databases:
        publication = own.get(file.resolve())
        if publication is not None:
            # What a reader wrote is no part of it, and must not be laid over it here either.
            remove_log(publication)
        found = _gone_in(file, sieve)
        if found is None or not (always or any(found.values()) or not sieve.has_preview):
            continue
        for table, rows in found.items():
            if rows:
                on_removed(file, table.place, len(rows))
        if publication is not None:
            mode = folder_mode(settings.warehouse.file_mode)
            rewrite_publication(publication, stable, found, has_preview=sieve.has_preview, mode=mode)
        else:
            rewrite_database(file, found, has_preview=sieve.has_preview)
        replaced.append(file)
    for file in exports(settings):
        sifted = sift_parquet(file, sieve)
        if sifted is not None:
            left, count = sifted
            on_removed(file, "", count)
            rewrite_parquet(file, left)
            replaced.append(file)
    return replaced


def _gone_in(file: Path, sieve: Sieve) -> dict[TextTable, list[int]] | None:
    """Rows of a closed database that must go, by mail table; None where it has no such table."""
    try:
        settle(file)
        with duckdb.connect() as connection:
            connection.execute(f"attach {quoted_text(file)} as searched (read_only)")
            mail = [table for table in text_tables(connection, "searched") if table.is_mail]
            return {table: gone_rows(connection, "searched", table, sieve) for table in mail} if mail else None
    except duckdb.Error as error:
        raise OrchestrationError(
            f"{file}: it cannot be read as a DuckDB file ({type(error).__name__}); expected a database that no other "
            "program is writing. Close that program, or move the file away if it is not the product's, then run again."
        ) from error
