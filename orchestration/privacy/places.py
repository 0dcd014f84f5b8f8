"""Where the product leaves files: databases and exports beside the warehouse, working folders, leftovers of kills."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from orchestration.privacy.rewrite import SUFFIX
from orchestration.publications import current_publication, publications
from orchestration.settings_schema import Settings

SUFFIX_OF_DATABASES = ".duckdb"
# DuckDB's storage format: a checksum of eight bytes, then these.
_MAGIC, _MAGIC_AT = b"DUCK", 8
# Names that only this product gives: other programs keep files beside a warehouse too.
_LEFTOVERS = (
    ".look-back-*",
    f".*{SUFFIX}",
    f".*{SUFFIX}.wal",
    f".*{SUFFIX}.tmp",
    ".*.duckdb.new",
    ".*.duckdb.new.wal",
    ".*.duckdb.former",
    ".*.duckdb.link",
    ".*.erase-key.new",
)


def published_copies(settings: Settings) -> list[Path]:
    """The published copy, where there is one, by its stable name, and the publications before it that are kept."""
    stable = settings.warehouse.published
    found = [stable] if stable.is_file() else []
    current = current_publication(stable)
    return [*found, *(file for file in publications(stable) if file != current)]


def other_databases(settings: Settings) -> list[Path]:
    """Every DuckDB file beside the warehouse or its published copy but the warehouse itself, whatever it is called.

    The published copies are among them, and what `tenantry publish --to` wrote there.
    """
    known = {settings.warehouse.path.resolve()}
    found = []
    for file in (*published_copies(settings), *_beside(settings, "*")):
        if file.resolve() not in known and file.is_file() and _is_database(file):
            known.add(file.resolve())
            found.append(file)
    return sorted(found)


def _is_database(file: Path) -> bool:
    """Whether the file is one of DuckDB's, by what it begins with, or calls itself one."""
    with file.open("rb") as stream:
        begin = stream.read(len(_MAGIC) + _MAGIC_AT)
    return begin[_MAGIC_AT:] == _MAGIC or file.suffix == SUFFIX_OF_DATABASES


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
        for pattern in (f".{name}.new", f".{name}.new.wal", f".{name}.former", f".{name}.link", f"{name}.tmp")
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
