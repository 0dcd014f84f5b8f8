"""Parts of one leg read side by side: mailboxes and folders, each a chain of pages of its own.

leg.read → read_parts → one result or problem per part
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import fields
from typing import TypeVar

import pyarrow as pa

from ingestion.legs import IngestionError, LegKey, LegReading, LegStats

Part = TypeVar("Part")
Result = TypeVar("Result")


class PartReading:
    """A leg's reading as one of its parts sees it: counters of its own, writes one at a time."""

    def __init__(self, whole: LegReading, lock: threading.Lock) -> None:
        self._whole = whole
        self._lock = lock
        self.key = whole.key
        self.stats = LegStats()
        self.as_of = whole.as_of
        self.started_at = whole.started_at
        self.full_refresh = whole.full_refresh

    def cursor(self, scope: str = "") -> str | None:
        """As the leg's."""
        return self._whole.cursor(scope)

    def write(self, rows: pa.Table, table: str | None = None) -> None:
        """As the leg's; rows of one part keep their order."""
        with self._lock:
            self._whole.write(rows, table)

    def recognises(self, question: str, answer: Sequence[bytes]) -> bool:
        """Never: a part's answer is not the leg's."""
        return False

    def forget(self, table: str | None = None) -> None:
        """Refused: it would drop what other parts wrote."""
        raise IngestionError(
            f"{self.key.vendor}/{self.key.table}: one part of a leg wanted to drop the rows of all of them.",
            error_class="internal_error",
            advice="Report this as a defect of Tenantry.",
        )

    def rows(self, key: LegKey, columns: Sequence[str]) -> pa.Table:
        """As the leg's."""
        return self._whole.rows(key, columns)

    def changed_rows(self, key: LegKey, columns: Sequence[str]) -> pa.Table:
        """As the leg's."""
        return self._whole.changed_rows(key, columns)


def read_parts(
    reading: LegReading, parts: Sequence[Part], read: Callable[[LegReading, Part], Result], at_once: int = 8
) -> list[Result | IngestionError]:
    """What each part came to, in the order of the parts; a part that fails as a vendor's does is its own.

    The counters of all parts are in `reading.stats` afterwards.
    Errors: any other exception of a part, after the others have ended.
    """
    lock = threading.Lock()
    readings = [PartReading(reading, lock) for _ in parts]

    def attempt(part_reading: PartReading, part: Part) -> Result | IngestionError:
        try:
            return read(part_reading, part)
        except IngestionError as error:
            return error

    if not parts:
        return []
    with ThreadPoolExecutor(min(at_once, len(parts)), thread_name_prefix="part") as pool:
        # The leg's turn goes with each part, so that its requests count and its waits are known.
        futures = [
            pool.submit(copy_context().run, attempt, part_reading, part)
            for part_reading, part in zip(readings, parts, strict=True)
        ]
    for part_reading in readings:
        for field in fields(LegStats):
            total = getattr(reading.stats, field.name) + getattr(part_reading.stats, field.name)
            setattr(reading.stats, field.name, total)
    return [future.result() for future in futures]
