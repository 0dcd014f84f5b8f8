"""What one run hands to the load path, and what it gets back for every leg."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from ingestion.legs import LegKey, LegStats, LegStatus
from ingestion.load.fall import FallBound
from ingestion.load.runbudget import RunBudget


@dataclass(frozen=True)
class LegProgress:
    """One event of a leg for progress bars: `started`, `rows` or `ended`, with the rows read so far."""

    key: LegKey
    event: str
    rows: int = 0
    status: LegStatus | None = None


def _ignore_progress(progress: LegProgress) -> None:
    return None


def _ignore_stage(stage: str) -> None:
    return None


def utc_now() -> datetime:
    """The present instant in UTC; only for start and end stamps of an attempt, never for logic."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class RunContext:
    """One run: who it is, which day it observes, how it may read.

    on_stage is called at named instants: `extracting` (first rows of a leg were spooled), `before_load_commit` (the
    package is complete, nothing of it is in the warehouse), `mid_merge` (after each job of the load: some tables
    merged, others not), `after_load_commit` (rows are in, cursors and digests are not), `state_committed`.
    budget: requests and minutes that the run may spend; one object for all vendors of a run.
    fall: from when on rows that are gone at once are read again before they are believed.
    Times: started_at in UTC.
    """

    run_id: str
    as_of: date
    started_at: datetime
    full_refresh: bool = False
    connections: int = 8
    budget: RunBudget = field(default_factory=RunBudget, repr=False, compare=False)
    fall: FallBound = field(default_factory=FallBound)
    on_progress: Callable[[LegProgress], None] = field(default=_ignore_progress, repr=False)
    on_stage: Callable[[str], None] = field(default=_ignore_stage, repr=False)
    clock: Callable[[], datetime] = field(default=utc_now, repr=False)


@dataclass(frozen=True)
class LegResult:
    """How one (vendor, connection, tenant, table) ended in one run; a row of `ops.load_status`."""

    key: LegKey
    status: LegStatus
    stats: LegStats
    started_at: datetime
    finished_at: datetime
    error_class: str | None = None
    advice: str | None = None
    message: str | None = None
