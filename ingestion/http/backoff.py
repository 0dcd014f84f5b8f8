"""When to try again and how long to wait: as long as the vendor asks, else exponential with full jitter, bounded."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
# As RFC 9110 writes it, with room for obsolete forms; what is longer is none.
_LONGEST_DATE = 64

LIMITED_STATUSES = frozenset({409, 500, 502})
RETRIED_STATUSES = frozenset({429, 503, 504, 509}) | LIMITED_STATUSES
THROTTLED_STATUSES = frozenset({429, 509})


@dataclass(frozen=True)
class RetryPolicy:
    """Bounds of trying again. Waits are in seconds.

    throttled_tries: of one request, for throttling, 503 and 504; in a storm that hits one request in five, five tries
        would lose a table of a few thousand.
    max_tries: for connections that break while answering.
    limited_tries: for 500, 502, time-outs and connections that never came about, and for 409, which a read meets while
        its object is being moved: more seldom helps.
    """

    throttled_tries: int = 10
    max_tries: int = 5
    limited_tries: int = 3
    base_seconds: float = 3.0
    cap_seconds: float = 180.0

    def tries_for(self, http_status: int) -> int:
        """How many tries an answer of this status is worth."""
        if http_status not in RETRIED_STATUSES:
            return 1
        return self.limited_tries if http_status in LIMITED_STATUSES else self.throttled_tries

    def wait_seconds(self, tried: int, asked_seconds: float | None, jitter: float) -> float:
        """The wait after the try number `tried` (from 1); `jitter` from 0 to 1 spreads clients that fail together.

        asked_seconds: what the vendor asked for, never shortened: an earlier try would be refused and counted again.
        """
        if asked_seconds is not None:
            return asked_seconds
        return min(self.base_seconds * 2 ** (tried - 1), self.cap_seconds) * jitter


def retry_after_seconds(header: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for, given as seconds or as an HTTP date; None where it says neither."""
    text = (header or "").strip()
    # ASCII digits only: Python's own idea of a digit has `²` in it, which is no number.
    if _SECONDS.fullmatch(text):
        return float(text)
    moment = http_date(text)
    return None if moment is None else max(0.0, (moment - now).total_seconds())


def http_date(header: str | None) -> datetime | None:
    """The moment that a header tells, in UTC; None where it tells none, whatever it says instead."""
    if not header or len(header) > _LONGEST_DATE:
        return None
    try:
        moment = parsedate_to_datetime(header)
        return moment.astimezone(UTC) if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
