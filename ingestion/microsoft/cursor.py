"""Stored delta links: opaque to Graph, with what we must know to trust them again."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

# Directory tokens live seven days. Source: reference microsoft-graph, sections 6 and 19.
LINK_LIFE = timedelta(days=6)
# What a delta missed, a complete round finds. Same source.
FULL_ROUND_EVERY = timedelta(days=7)


@dataclass(frozen=True)
class DeltaCursor:
    """One scope's delta state.

    link: the whole delta link; issued_at: when it was given; full_at: when the last complete round began;
    basis: digest of what was asked, so that a changed question starts anew.
    """

    link: str
    issued_at: datetime
    full_at: datetime
    basis: str

    def text(self) -> str:
        """The cursor as it is stored."""
        values = asdict(self) | {"issued_at": self.issued_at.isoformat(), "full_at": self.full_at.isoformat()}
        return json.dumps(values, sort_keys=True)


def parse_cursor(text: str | None) -> DeltaCursor | None:
    """The stored cursor; None where there is none or where it is not of this form."""
    if text is None:
        return None
    try:
        values = json.loads(text)
        return DeltaCursor(
            link=values["link"],
            issued_at=datetime.fromisoformat(values["issued_at"]),
            full_at=datetime.fromisoformat(values["full_at"]),
            basis=values["basis"],
        )
    except (ValueError, KeyError, TypeError):
        return None


def is_usable(cursor: DeltaCursor | None, basis: str, now: datetime, *, expires: bool) -> bool:
    """Whether a round may start from the cursor: same question, and young enough where links expire."""
    if cursor is None or cursor.basis != basis:
        return False
    return not expires or (now - cursor.issued_at < LINK_LIFE and now - cursor.full_at < FULL_ROUND_EVERY)


def digest(parts: Iterable[str]) -> str:
    """A short digest of parts in order."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
