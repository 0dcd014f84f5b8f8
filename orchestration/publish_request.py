"""What publishing without a load is asked to do."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path


@dataclass(frozen=True)
class PublishRequest:
    """One rebuild that asks no vendor; with `as_of` it looks back, and with `to` it writes that file only."""

    as_of: date | None = None
    known_at: date | None = None
    to: Path | None = None
