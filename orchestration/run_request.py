"""What a run is asked to do, and the two ways in which it can refuse: plain values for command line and Dagster."""

from dataclasses import dataclass
from datetime import date

from orchestration.errors import OrchestrationError, UsageError


@dataclass(frozen=True)
class RunRequest:
    """One run: which tenants and vendors (empty = all), for which observation date (UTC).

    lock_wait_seconds: how long to wait for another writer; a person's run does not wait, a scheduled one does.
    """

    as_of: date
    tenants: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    full_refresh: bool = False
    lock_wait_seconds: float = 0.0


class RunFailed(OrchestrationError):
    """A run ended without publishing; the text says what, where and what to do."""


class AsOfRefused(UsageError):
    """The observation date lies before the last observation, or the warehouse never observed it."""
