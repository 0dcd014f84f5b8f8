"""Where the product leaves files: databases and exports beside the warehouse, working folders, leftovers of kills."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from orchestration.privacy.rewrite import SUFFIX
from orchestration.settings_schema import Settings

DATABASE = "*.duckdb"
# Names that only this product gives: other programs keep files beside a warehouse too.
_LEFTOVERS = (
    ".look-back-*",
    f".*{SUFFIX}",
    f".*{SUFFIX}.wal",
    f".*{SUFFIX}.tmp",
    ".*.duckdb.new",
    ".*.duckdb.new.wal",
    ".*.duckdb.former",
    ".*.erase-key.new",
)


def published_copy(settings: Settings) -> list[Path]:
    """The published copy, where there is one."""
    published = settings.warehouse.published
    return [published] if published.is_file() else []


def other_databases(settings: Settings) -> list[Path]:
    """Every DuckDB file beside the warehouse or its published copy but the warehouse itself.

    The published copy is among them, and what `tenantry publish --to` wrote there.
    """
    warehouse = settings.warehouse.path
    found = {settings.warehouse.published, *_beside(settings, DATABASE)}
    return sorted(file for file in found if file.is_file() and file.resolve() != warehouse.resolve())


def exports(settings: Settings) -> list[Path]:
    """Every Parquet file of the published exports: the folder named like the published copy, without its suffix."""
    folder = settings.warehouse.published.with_suffix("")
    return sorted(path for path in folder.rglob("*.parquet") if path.is_file())


def working_files(settings: Settings) -> Iterator[Path]:
    """Files of runs, of dbt and of Dagster: none of them may hold content, and all of them are searched for it."""
    for folder in (_work_folder(settings), settings.dagster_home):
        yield from sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def remove_leftovers(settings: Settings) -> None:
    """Nothing left of copies that a killed command was writing; the caller holds the lock, so nobody else is."""
    names = {settings.warehouse.path.name, settings.warehouse.published.name}
    own = (
        pattern
        for name in sorted(names)
        for pattern in (f".{name}.new", f".{name}.new.wal", f".{name}.former", f"{name}.tmp")
    )
    for pattern in (*_LEFTOVERS, *own):
        for path in _beside(settings, pattern):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()


def _beside(settings: Settings, pattern: str) -> Iterator[Path]:
    files = (settings.warehouse.path, settings.warehouse.published)
    for folder in {place.parent for file in files for place in (file, file.resolve())}:
        yield from sorted(folder.glob(pattern))


def _work_folder(settings: Settings) -> Path:
    return settings.warehouse.path.parent / ".tenantry"
