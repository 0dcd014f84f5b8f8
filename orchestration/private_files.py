"""Files that a run writes are its user's alone: warehouse, Dagster's storage, logs and temporary files.

Who else may read the published copy is a setting (`[warehouse] file_mode`).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

PRIVATE_UMASK = 0o077


@contextmanager
def private_files() -> Iterator[None]:
    """Within it new files are 0600 and new folders 0700, whatever the shell or service set."""
    before = os.umask(PRIVATE_UMASK)
    try:
        yield
    finally:
        os.umask(before)
