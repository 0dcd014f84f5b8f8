"""One spelling for each path: Graph takes keys and functions in several."""

import re
from functools import lru_cache

KEY = re.compile(r"(?<=\w)\('((?:[^']|'')*)'\)")
DELTA = re.compile(r"/(?:microsoft\.graph\.)?delta(?:\(\))?$")
CACHED_PATHS = 8_192


@lru_cache(maxsize=CACHED_PATHS)
def canonical(path: str) -> str:
    """The path with keys as segments (`users('x')` is `users/x`) and `/delta` for every spelling of the function."""
    if path.endswith((")", ".delta")) or "('" in path:
        keyed = KEY.sub(lambda match: "/" + match.group(1).replace("''", "'"), path)
        return DELTA.sub("/delta", keyed)
    return path
