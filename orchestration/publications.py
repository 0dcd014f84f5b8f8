"""Publications: each published file is a new one that nobody changes; the stable name leads to the newest.

published.duckdb → published/<run_id>/published.duckdb (symbolic link, swapped in one step)

DuckDB keeps what a writer changed in a `.wal` file next to the file that the link leads to, and lays it over whatever
lies there when it is opened next. So the changes of a reader that opened the copy for writing stay with the publication
that it opened, also when it goes on writing after the swap. The file has the stable name again inside its folder,
because DuckDB calls the catalogue after it.
"""

import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

_RUN_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{6}(?:-\d+)?")


def publications_folder(stable: Path) -> Path:
    """Where the publications of a stable name lie: the folder called like it, without the suffix."""
    return stable.with_suffix("") if stable.suffix else stable.with_name(f"{stable.name}.publications")


def publications(stable: Path) -> list[Path]:
    """Every publication that is kept, the one that the stable name leads to first, then the newest first."""
    folder = publications_folder(stable)
    found = [
        path / stable.name
        for path in (folder.iterdir() if folder.is_dir() else ())
        if _RUN_ID.fullmatch(path.name) and (path / stable.name).is_file()
    ]
    current = current_publication(stable)
    return sorted(found, key=lambda file: (file == current, file.parent.name), reverse=True)


def current_publication(stable: Path) -> Path | None:
    """The publication that the stable name leads to; None where it is a plain file, or nothing."""
    if not stable.is_symlink():
        return None
    target = stable.parent / os.readlink(stable)
    is_own = target.parent.parent == publications_folder(stable) and _RUN_ID.fullmatch(target.parent.name)
    return target if is_own else None


def new_publication(stable: Path, name: str, folder_mode: int) -> Path:
    """Where the file of a publication is to be put; its folder is there, the file is not."""
    for folder in (publications_folder(stable), publications_folder(stable) / name):
        folder.mkdir(exist_ok=True)
        folder.chmod(folder_mode)
    return publications_folder(stable) / name / stable.name


def renewed_name(publication: Path) -> str:
    """The name of the publication that replaces this one: the same run's, with the next number."""
    name, _, number = publication.parent.name.partition("Z-")
    digits, _, count = number.partition("-")
    return f"{name}Z-{digits}-{int(count or 1) + 1}"


def lead_to(stable: Path, publication: Path) -> None:
    """Let the stable name lead to a publication, in one step; what was laid next to the name before goes."""
    link = stable.with_name(f".{stable.name}.link")
    link.unlink(missing_ok=True)
    link.symlink_to(publication.relative_to(stable.parent))
    # Old versions of DuckDB look for it next to the link.
    remove_log(stable)
    os.replace(link, stable)
    sync(stable.parent)


def prune(stable: Path, kept: int) -> None:
    """Remove all but so many publications, and what others have left next to those that stay."""
    found = publications(stable)
    for file in found[kept:]:
        shutil.rmtree(file.parent, ignore_errors=True)
    folder = publications_folder(stable)
    stay = {file.parent for file in found[:kept]}
    for path in folder.iterdir():
        if _RUN_ID.fullmatch(path.name) and path not in stay:
            shutil.rmtree(path, ignore_errors=True)
    remove_logs(found[:kept])


def remove_logs(files: Sequence[Path]) -> None:
    """Remove the write-ahead logs of these publications: whoever wrote them, they are no part of what was published."""
    for file in files:
        remove_log(file)


def remove_log(file: Path) -> None:
    """Remove the write-ahead log that belongs to a file of this name."""
    file.with_name(f"{file.name}.wal").unlink(missing_ok=True)


def sync(path: Path) -> None:
    """A file, or the entries of a folder, on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
