"""The turn of whoever sends requests: asked before each request, told of each wait.

The load path sets one for every leg. Without one (doctor) requests are not counted and waits are plain sleeps.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol


class Turn(Protocol):
    """What a run allows one leg."""

    def spend_request(self) -> None:
        """Count one request.

        Errors: IngestionError where the run may make no more, or has no time left.
        """

    def seconds_left(self) -> float | None:
        """Seconds until the run asks no more, None where it has no such end."""

    def sleep(self, seconds: float) -> None:
        """Wait, while another leg may work in this one's place.

        Errors: IngestionError where the run ends before, or was stopped meanwhile.
        """


_TURN: ContextVar[Turn | None] = ContextVar("turn", default=None)


def current_turn() -> Turn | None:
    """The turn in which this thread works."""
    return _TURN.get()


def wait_in_turn(seconds: float) -> None:
    """Wait as this thread's turn has it, plainly without one.

    Errors: as Turn.sleep.
    """
    turn = current_turn()
    (turn.sleep if turn is not None else time.sleep)(seconds)


@contextmanager
def taking(turn: Turn) -> Iterator[None]:
    """Requests of this thread belong to the turn while the context lasts."""
    token = _TURN.set(turn)
    try:
        yield
    finally:
        _TURN.reset(token)
