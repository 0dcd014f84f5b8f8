"""What the machine could not do: a full disk, a read-only one, too little memory, as text that is safe to show.

Messages of libraries stay out of logs because they can quote a row. An error number, its name and the free space of a
folder hold no row, and without them nobody can tell a full disk from a defect.
"""

import errno
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# What a person can put right, by error number: what is wrong, and what to do.
REMEDIES = {
    errno.ENOSPC: ("the disk is full", "Free disk space or move [warehouse] path to a larger disk, then run again."),
    errno.EDQUOT: ("the disk quota is used up", "Raise the quota or free disk space, then run again."),
    errno.EFBIG: ("a file may not grow further", "Raise the limit of file sizes (ulimit -f), then run again."),
    errno.EROFS: ("the disk is read-only", "Mount it writable or change [warehouse] path, then run again."),
    errno.EACCES: ("a file may not be written", "Give this user the right to write there, then run again."),
    errno.EPERM: ("a file may not be written", "Give this user the right to write there, then run again."),
    errno.EMFILE: ("too many files are open", "Raise the limit of open files (ulimit -n), then run again."),
    errno.ENFILE: ("too many files are open on this machine", "Close other programs, then run again."),
    errno.EIO: (
        "the disk failed to read or write",
        "Check the disk, then run again.",
    ),
    errno.ENOMEM: ("the memory is used up", "Close other programs or use a machine with more memory, then run again."),
}
_BY_TEXT = {os.strerror(number).lower(): number for number in REMEDIES}
# DuckDB's own words for its memory limit and for a spill folder that cannot grow, and SQLite's for a full disk.
_BY_TEXT |= {
    "database or disk is full": errno.ENOSPC,
    "disk i/o error": errno.EIO,
    "attempt to write a readonly database": errno.EACCES,
    "out of memory error": errno.ENOMEM,
    "failed to allocate": errno.ENOMEM,
    "failed to offload data block": errno.ENOSPC,
    "max_temp_directory_size": errno.ENOSPC,
}
_PATH = re.compile(r"[\"'](/[^\"'\n]{1,400})[\"']")
MOST_CAUSES = 12
MEGABYTE = 1_000_000
FULL_BYTES = MEGABYTE


@dataclass(frozen=True)
class MachineProblem:
    """A problem of the machine. text: what is wrong, by its number, with free space; advice: what to do."""

    number: int
    text: str
    advice: str


def machine_problem(error: BaseException, *folders: Path) -> MachineProblem | None:
    """What the machine could not do, if that is why the error was raised; None for everything else.

    folders: where the program writes; their free space is part of the text, with that of the place the error names.
    """
    for cause in _causes(error):
        number = _number(cause)
        if number is not None:
            return _problem(number, (*_places(cause), *folders))
    return None


def machine_problem_of_text(text: str, *folders: Path) -> MachineProblem | None:
    """The same for a library that hands on the text alone, such as dbt."""
    number = _number_of_text(text)
    return None if number is None else _problem(number, (*_paths(text), *folders))


def _problem(number: int, places: tuple[Path, ...]) -> MachineProblem:
    # SQLite says of a full disk that writing failed.
    if number == errno.EIO and any(free is not None and free < FULL_BYTES for free in map(_free_bytes, places)):
        number = errno.ENOSPC
    what, advice = REMEDIES[number]
    free = dict.fromkeys(text for text in map(_free, places) if text is not None)
    shown = f"; {', '.join(free)}" if free else ""
    return MachineProblem(number, f"{what} ({errno.errorcode[number]}, {os.strerror(number)}{shown})", advice)


def _causes(error: BaseException) -> Iterator[BaseException]:
    waiting, seen = [error], set()
    while waiting and len(seen) < MOST_CAUSES:
        cause = waiting.pop(0)
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        # dlt keeps the error of a load job in an attribute.
        linked = (cause.__cause__, cause.__context__, getattr(cause, "exception", None))
        waiting += [item for item in linked if isinstance(item, BaseException)]


def _number(error: BaseException) -> int | None:
    if isinstance(error, MemoryError):
        return errno.ENOMEM
    if isinstance(error, OSError) and error.errno in REMEDIES:
        return error.errno
    return _number_of_text(f"{type(error).__name__} {error}")


def _number_of_text(text: str) -> int | None:
    lowered = text.lower()
    return next((number for words, number in _BY_TEXT.items() if words in lowered), None)


def _places(error: BaseException) -> tuple[Path, ...]:
    named = error.filename if isinstance(error, OSError) else None
    found = [Path(named)] if isinstance(named, str) else []
    return (*found, *_paths(str(error)))


def _paths(text: str) -> tuple[Path, ...]:
    return tuple(Path(found) for found in _PATH.findall(text))


def _free(place: Path) -> str | None:
    folder, free = _nearest(place), _free_bytes(place)
    return None if folder is None or free is None else f"{free / MEGABYTE:,.1f} MB free in {folder}"


def _free_bytes(place: Path) -> int | None:
    folder = _nearest(place)
    try:
        return None if folder is None else shutil.disk_usage(folder).free
    except OSError:
        return None


def _nearest(place: Path) -> Path | None:
    """The nearest folder that exists at or above a place."""
    try:
        return next((folder for folder in (place, *place.parents) if folder.is_dir()), None)
    except OSError:
        return None
