"""Connections shared fairly: every lane (a tenant) that waits gets the next free one in its turn.

A request takes a connection when it is sent and gives it back with the answer; waits in between hold none.
"""

import threading
from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager


class Lanes:
    """A number of connections, and the requests that wait for one; safe for threads."""

    def __init__(self, connections: int) -> None:
        self._free = connections
        self._lock = threading.Lock()
        self._waiting: OrderedDict[str, deque[threading.Event]] = OrderedDict()

    @contextmanager
    def connection(self, lane: str) -> Iterator[None]:
        """One connection for as long as the context lasts."""
        self._enter(lane)
        try:
            yield
        finally:
            self._leave()

    def _enter(self, lane: str) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            handed_over = threading.Event()
            self._waiting.setdefault(lane, deque()).append(handed_over)
        handed_over.wait()

    def _leave(self) -> None:
        with self._lock:
            if not self._waiting:
                self._free += 1
                return
            lane, requests = self._waiting.popitem(last=False)
            # The connection is never free in between, so nobody who comes now can overtake.
            requests.popleft().set()
            if requests:
                self._waiting[lane] = requests
