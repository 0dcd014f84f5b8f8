"""Keeps requests below a vendor's published rate, so that throttling is the exception."""

import threading
import time
from collections import deque
from collections.abc import Callable


class Pace:
    """At most `limit` request starts within any `per_seconds`; shared by threads.

    A sliding window and not a token bucket: a bucket lets twice the limit through in its first period.
    """

    def __init__(
        self,
        limit: int,
        per_seconds: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._per_seconds = per_seconds
        self._starts: deque[float] = deque(maxlen=limit)
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Return when the next request may start."""
        with self._lock:
            now = self._clock()
            start = now
            if len(self._starts) == self._starts.maxlen:
                start = max(now, self._starts[0] + self._per_seconds)
            self._starts.append(start)
        if start > now:
            self._sleep(start - now)
