"""Hosts that accepted no connection, tried several times: the other calls to them are spared the same waits.

A host that answered anybody meanwhile is alive: one call's bad luck is not everybody's.
"""

import threading
from collections.abc import Callable

from ingestion.http.allowlist import Origin
from ingestion.http.brokentry import BrokenTry

# How long such a host is not tried again.
DEAD_SECONDS = 60.0


class DeadHosts:
    """What is known of hosts that do not answer; safe for threads."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._dead: dict[Origin, tuple[float, BrokenTry]] = {}
        self._answered_at: dict[Origin, float] = {}

    def answered(self, origin: Origin) -> None:
        """Note an answer, whatever it says."""
        with self._lock:
            self._answered_at[origin] = self._clock()
            self._dead.pop(origin, None)

    def remember(self, origin: Origin, broken: BrokenTry, first_tried_at: float) -> None:
        """Note a host whose connection never came about and that answered nobody since the call's first try."""
        if broken.was_connected:
            return
        with self._lock:
            if self._answered_at.get(origin, float("-inf")) < first_tried_at:
                self._dead[origin] = (self._clock() + DEAD_SECONDS, broken)

    def reason(self, origin: Origin) -> BrokenTry | None:
        """Why a host is not to be tried now, None where it may be."""
        with self._lock:
            until, broken = self._dead.get(origin, (0.0, None))
        return broken if self._clock() < until else None
