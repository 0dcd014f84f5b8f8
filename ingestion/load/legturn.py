"""One leg's turn: its share of the run's budget, and waits in which another leg works in its place.

The HTTP client asks it (ingestion/http/turn.py); the reader is told of every wait.
"""

import threading
from collections.abc import Callable

from ingestion.legs import IngestionError, LegStatus
from ingestion.load.runbudget import RunBudget


class LegTurn:
    """What the run allows one leg. Several threads of one leg may use it."""

    def __init__(self, budget: RunBudget, stopped: threading.Event, on_wait: Callable[[int], None]) -> None:
        self._budget = budget
        self._stopped = stopped
        self._on_wait = on_wait
        self._lock = threading.Lock()
        self._sleepers = 0

    def spend_request(self) -> None:
        """Count one request.

        Errors: IngestionError `run_budget` when the run may make no more, `stopped` when it was broken off.
        """
        self._refuse_stopped()
        self._budget.spend_request()

    def seconds_left(self) -> float | None:
        """Seconds until the run asks no more, None where it has no such end."""
        return self._budget.seconds_left()

    def sleep(self, seconds: float) -> None:
        """Wait, and let another leg work meanwhile.

        Errors: as spend_request, before the wait where the run ends within it.
        """
        self._budget.check(seconds)
        self._note_sleeper(1)
        try:
            self._stopped.wait(seconds)
        finally:
            self._note_sleeper(-1)
        self._refuse_stopped()

    def _note_sleeper(self, change: int) -> None:
        # A leg that reads several mailboxes at once gives its place away once, by the first of them that waits.
        with self._lock:
            was_asleep = self._sleepers > 0
            self._sleepers += change
            is_asleep = self._sleepers > 0
            if was_asleep != is_asleep:
                self._on_wait(1 if is_asleep else -1)

    def _refuse_stopped(self) -> None:
        if self._stopped.is_set():
            raise IngestionError(
                "the run was broken off; this table was not read on.",
                error_class="stopped",
                advice="Run again.",
                status=LegStatus.SKIPPED,
            )
