"""What a call draws on beside a connection: rates of the vendor, and how many requests it takes at once."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from ingestion.http.pacing import Pace


class Budget:
    """One quota of a vendor: a rate, a number of requests at once, or both; shared by threads."""

    def __init__(self, pace: Pace | None = None, at_once: int | None = None) -> None:
        self.pace = pace
        self._places = threading.BoundedSemaphore(at_once) if at_once is not None else None

    @contextmanager
    def place(self) -> Iterator[None]:
        """One of the places for requests at once, as long as the context lasts."""
        if self._places is None:
            yield
            return
        with self._places:
            yield


@dataclass(frozen=True)
class Draw:
    """What one call takes from a budget.

    is_own: the budget belongs to what the call reads (a tenant, a mailbox), so that an answer 429 pauses it.
    """

    budget: Budget
    units: int = 1
    is_own: bool = True


@dataclass(frozen=True)
class Quota:
    """A published limit: cost units per seconds, requests at once. Units are requests unless the vendor weighs them."""

    units: int | None = None
    per_seconds: float = 1.0
    at_once: int | None = None

    def budget(self, clock: Callable[[], float] = time.monotonic) -> Budget:
        """A budget that holds this limit, for one tenant, mailbox or app."""
        pace = Pace(self.units, self.per_seconds, clock=clock) if self.units is not None else None
        return Budget(pace, self.at_once)


@contextmanager
def places(draws: Sequence[Draw]) -> Iterator[None]:
    """A place in each of the budgets; always asked for in the given order, so that two calls never block each other."""
    with ExitStack() as stack:
        for draw in draws:
            stack.enter_context(draw.budget.place())
        yield


def reserve(draws: Sequence[Draw]) -> float:
    """Seconds until every rate allows the request."""
    return max(
        (draw.budget.pace.reserve(draw.units) for draw in draws if draw.budget.pace is not None),
        default=0.0,
    )


def pause(draws: Sequence[Draw], seconds: float) -> None:
    """No request to what the call reads within these seconds: the vendor asked for it."""
    for draw in draws:
        if draw.is_own and draw.budget.pace is not None:
            draw.budget.pace.pause(seconds)


def note_share(draws: Sequence[Draw], share: float) -> None:
    """Slows what the call reads down, as the vendor's own count of the quota nears its end."""
    for draw in draws:
        if draw.is_own and draw.budget.pace is not None:
            draw.budget.pace.note_share(share)
