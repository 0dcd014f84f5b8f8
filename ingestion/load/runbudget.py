"""What one run may spend: requests and minutes over all vendors. A run that has spent it asks no more and ends cleanly.

Legs that had ended are loaded and their state is saved; the others end `skipped`, which changes nothing for them.
"""

import threading
import time
from collections.abc import Callable

from ingestion.legs import IngestionError, LegStatus

_ADVICE = (
    "The next run begins with what was left out. If runs keep ending so, raise [http] max_requests or max_minutes, "
    "or split the tenants over several runs with --tenant."
)


class RunBudget:
    """Counts the requests and the time of one run; shared by its legs, safe for threads.

    max_minutes counts from the making of the object. None: no limit.
    """

    def __init__(
        self,
        max_requests: int | None = None,
        max_minutes: float | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._max_requests = max_requests
        self._max_minutes = max_minutes
        self._clock = clock
        self._lock = threading.Lock()
        self._requests = 0
        self._ends_at = clock() + max_minutes * 60 if max_minutes is not None else None

    @property
    def is_limited(self) -> bool:
        """Whether the run has a limit at all."""
        return self._max_requests is not None or self._max_minutes is not None

    def spend_request(self) -> None:
        """Count one request.

        Errors: as check.
        """
        with self._lock:
            self._check()
            self._requests += 1

    def check(self, seconds: float = 0.0) -> None:
        """Return when a request may still be made in so many seconds.

        Errors: IngestionError `run_budget`, status skipped.
        """
        with self._lock:
            self._check(seconds)

    def seconds_left(self) -> float | None:
        """Seconds until the run asks no more, None where it has no such end."""
        return None if self._ends_at is None else max(0.0, self._ends_at - self._clock())

    def _check(self, seconds: float = 0.0) -> None:
        if self._max_requests is not None and self._requests >= self._max_requests:
            raise _spent(f"this run has made {self._requests} requests, [http] max_requests is {self._max_requests}")
        if self._ends_at is not None and self._clock() + seconds >= self._ends_at:
            raise _spent(f"this run's time for asking is over, [http] max_minutes is {self._max_minutes:g}")


def _spent(found: str) -> IngestionError:
    return IngestionError(
        f"{found}. It was not read on; the rows of the last good load are kept.",
        error_class="run_budget",
        advice=_ADVICE,
        status=LegStatus.SKIPPED,
    )
