"""How far an incremental read has come: the greatest `lastUpdated` seen, and when everything was last read."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

# Stamps can land out of order. Source: reference psa-and-distributors, section 2.4.
OVERLAP = timedelta(minutes=5)
# Hard deletes show only in a complete read. Source: reference psa-and-distributors, section 1.
FULL_READ_EVERY = timedelta(days=7)


@dataclass(frozen=True)
class Watermark:
    """The state of one incremental table."""

    seen: datetime
    full_at: datetime

    def text(self) -> str:
        """The cursor as it is stored."""
        return json.dumps({"full_at": self.full_at.isoformat(), "seen": self.seen.isoformat()}, sort_keys=True)

    @property
    def condition(self) -> str:
        """The vendor's condition for what changed since, with the overlap."""
        return f"lastUpdated > [{(self.seen - OVERLAP).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}]"

    def is_usable(self, now: datetime) -> bool:
        """Whether a complete read is not yet due."""
        return now - self.full_at < FULL_READ_EVERY


def parse_watermark(text: str | None) -> Watermark | None:
    """The stored watermark; None where there is none or it is not of this form."""
    if text is None:
        return None
    try:
        values = json.loads(text)
        return Watermark(datetime.fromisoformat(values["seen"]), datetime.fromisoformat(values["full_at"]))
    except (ValueError, KeyError, TypeError):
        return None


def latest(values: pa.ChunkedArray | pa.Array, seen: datetime | None, now: datetime) -> datetime | None:
    """The later of what was seen and the greatest of the values, never after now: a clock ahead would hide changes."""
    found = pc.max(values).as_py()
    known = [moment for moment in (seen, found) if moment is not None]
    return min(max(known), now) if known else None
