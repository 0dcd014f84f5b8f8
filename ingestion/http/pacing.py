"""Keeps requests below a vendor's published rate, so that throttling is the exception."""

import threading
import time
from collections.abc import Callable


class Pace:
    """A token bucket shared by threads: `burst` requests at once, refilled at `burst` per `per_seconds`."""

    def __init__(
        self,
        burst: int,
        per_seconds: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._interval = per_seconds / burst
        self._burst = burst
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        # Time at which the bucket would be full again (generic cell rate algorithm).
        self._full_at = clock()

    def wait(self) -> None:
        """Return when the next request may start."""
        with self._lock:
            now = self._clock()
            self._full_at = max(self._full_at, now) + self._interval
            delay = self._full_at - now - self._burst * self._interval
        if delay > 0:
            self._sleep(delay)
