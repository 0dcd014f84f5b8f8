"""Which leg starts next: tenants take turns, so that a large one never keeps the small ones waiting.

legs that may start → LegQueue.take → the next leg's place
"""

import heapq
import itertools
from collections import Counter, deque
from collections.abc import Hashable


class LegQueue:
    """Legs that may start, by lane (connection and tenant); the lane with the fewest open legs comes first.

    Among lanes with as many, the one that has waited longest. Only one thread may use it.
    """

    def __init__(self) -> None:
        self._waiting: dict[Hashable, deque[int]] = {}
        self._open: Counter[Hashable] = Counter()
        self._order = itertools.count()
        # (open legs, order, lane); an entry whose count is not the lane's any more is passed over.
        self._heap: list[tuple[int, int, Hashable]] = []

    def add(self, lane: Hashable, place: int) -> None:
        """A leg that may start now."""
        waiting = self._waiting.setdefault(lane, deque())
        waiting.append(place)
        if len(waiting) == 1:
            self._offer(lane)

    def take(self) -> int | None:
        """The place of the leg to start, None when none is waiting."""
        while self._heap:
            open_legs, _, lane = heapq.heappop(self._heap)
            if open_legs != self._open[lane] or not self._waiting[lane]:
                continue
            place = self._waiting[lane].popleft()
            self._open[lane] += 1
            if self._waiting[lane]:
                self._offer(lane)
            return place
        return None

    def ended(self, lane: Hashable) -> None:
        """A leg of the lane has ended."""
        self._open[lane] -= 1
        if self._waiting[lane]:
            self._offer(lane)

    def _offer(self, lane: Hashable) -> None:
        heapq.heappush(self._heap, (self._open[lane], next(self._order), lane))
