"""What a run is asked to do, and the two ways in which it can refuse: plain values for command line and Dagster."""

from dataclasses import dataclass
from datetime import date

from orchestration.errors import OrchestrationError, UsageError

# What gave the observation date, as messages name it.
FLAG, RUN_CONFIGURATION, CLOCK = "--as-of", "as_of of the run configuration", "this machine's clock"


@dataclass(frozen=True)
class RunRequest:
    """One run: which tenants and vendors (empty = all), for which observation date (UTC).

    said_by: what gave the date, for messages.
    lock_wait_seconds: how long to wait for another writer; a person's run does not wait, a scheduled one does.
    """

    as_of: date
    tenants: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    full_refresh: bool = False
    lock_wait_seconds: float = 0.0
    said_by: str = FLAG


class RunFailed(OrchestrationError):
    """A run ended without publishing; the text says what, where and what to do."""


class AsOfRefused(UsageError):
    """The observation date lies before the last observation or ahead of today, or nothing was observed then."""
