"""Where Arrow takes its memory while a vendor is loaded."""

from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa


@contextmanager
def returned_memory() -> Iterator[None]:
    """Arrow allocates from the C library, which gives memory back; its own allocator keeps what the pages once took,
    some 60 MB at 100,000 users, beside what the database needs a moment later."""
    before = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        yield
    finally:
        pa.set_memory_pool(before)
