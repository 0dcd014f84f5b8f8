"""Keeps requests below a vendor's published rate, so that throttling is the exception.

It only says how long to wait; whoever asks does the waiting, so that no connection is held meanwhile.
"""

import threading
import time
from collections import deque
from collections.abc import Callable

# From this share of a quota on Graph tells how far it is used up; the pause grows with what is beyond it.
SLOW_FROM_SHARE = 0.8


class Pace:
    """At most `units` of request cost within any `per_seconds`; shared by threads.

    A sliding window and not a token bucket: a bucket lets twice the quota through in its first period.
    """

    def __init__(self, units: int, per_seconds: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._units = units
        self._per_seconds = per_seconds
        self._clock = clock
        self._lock = threading.Lock()
        # (start, units) of every request whose start may still lie within the window; starts never go back.
        self._starts: deque[tuple[float, int]] = deque()
        self._used = 0
        self._paused_until = float("-inf")

    def reserve(self, units: int = 1) -> float:
        """Seconds until a request of this cost may start; its place in the window is taken from now on."""
        with self._lock:
            now = self._clock()
            start = max(now, self._paused_until)
            if self._starts:
                start = max(start, self._starts[-1][0])
            self._forget_before(start - self._per_seconds)
            # A request that costs more than the whole quota would never start.
            units = min(units, self._units)
            while self._used + units > self._units:
                # The earliest is taken out by hand: seconds that were added and taken away again may round to less
                # than they were, and a window that never moved on would be waited for without end.
                earliest, freed = self._starts.popleft()
                self._used -= freed
                start = max(start, earliest + self._per_seconds)
            self._starts.append((start, units))
            self._used += units
            return start - now

    def pause(self, seconds: float) -> None:
        """No request starts within these seconds: the vendor has said that the quota is used up."""
        with self._lock:
            self._paused_until = max(self._paused_until, self._clock() + seconds)

    def note_share(self, share: float) -> None:
        """Slows down as the vendor's own count of the quota nears its end; 1.0 is all of it."""
        if share > SLOW_FROM_SHARE:
            self.pause(min(1.0, share - SLOW_FROM_SHARE) * self._per_seconds)

    def widen(self, units: int) -> None:
        """A larger quota from now on, where the tenant proved to be larger than was known."""
        with self._lock:
            self._units = max(self._units, units)

    def _forget_before(self, moment: float) -> None:
        while self._starts and self._starts[0][0] <= moment:
            self._used -= self._starts.popleft()[1]
