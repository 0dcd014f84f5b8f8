"""How long the doctor may take: a limit per tenant, one for all, and no more questions to a host that stays silent."""

import threading
import time
from collections.abc import Callable

from ingestion.legs import IngestionError

# A tenant answers in a few seconds; a limit this wide lets one wait out a throttled minute.
TENANT_SECONDS = 90.0
ALL_SECONDS = 300.0
# So many tenants in a row without any answer, and the others are not asked: each would cost the same time-outs.
MOST_SILENT = 3
SILENT_CLASSES = frozenset({"timeout", "unreachable", "host_silent", "doctor_time_over"})


class TimeLimit:
    """A turn of the HTTP client that ends after some seconds; safe for threads. The client asks it before each request.

    Errors: IngestionError `doctor_time_over` from every question after the end.
    """

    def __init__(
        self,
        seconds: float,
        outer: "TimeLimit | None" = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._ends_at = clock() + seconds if outer is None else min(clock() + seconds, outer._ends_at)

    def spend_request(self) -> None:
        """Let a request through while there is time."""
        if self.seconds_left() <= 0:
            raise _over()

    def seconds_left(self) -> float:
        """Seconds until the end, 0 after it."""
        return max(0.0, self._ends_at - self._clock())

    def sleep(self, seconds: float) -> None:
        """Wait, unless the wait is longer than the time left."""
        if seconds > self.seconds_left():
            raise _over()
        self._sleep(seconds)


class Silence:
    """Counts tenants whose host gave no answer, one after another; safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0

    def note(self, error: IngestionError | None) -> None:
        """An end of asking a tenant: None where anything answered."""
        with self._lock:
            is_silent = error is not None and error.error_class in SILENT_CLASSES
            self._count = self._count + 1 if is_silent else 0

    def refuse(self, where: str) -> None:
        """Spare a tenant the same time-outs.

        Errors: IngestionError `host_silent` once too many before it got no answer.
        """
        with self._lock:
            count = self._count
        if count >= MOST_SILENT:
            raise IngestionError(
                f"{where}: not asked: the last {count} tenants got no answer from the login host or Graph.",
                error_class="host_silent",
                advice="Mend the way to the hosts first (rows above), then run the doctor again.",
            )


def _over() -> IngestionError:
    return IngestionError(
        f"not finished: the doctor's time was over ({TENANT_SECONDS:.0f} s for a tenant, {ALL_SECONDS:.0f} s for all).",
        error_class="doctor_time_over",
        advice="The vendor is slow or throttles. Run the doctor again later; runs wait longer than it does.",
    )
