"""What a run reports back: plain values that the summary prints, the command line exits with and the tests read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from orchestration.unjudged_findings import Unjudged

EXIT_COMPLETE = 0
EXIT_NOTHING_PUBLISHED = 1
EXIT_PARTIAL = 2

GOOD_STATUSES = frozenset({"loaded", "unchanged"})
ABSENT_STATUSES = frozenset({"not_licensed", "not_offered"})
COMPLETE_STATUSES = GOOD_STATUSES | ABSENT_STATUSES | {"skipped"}


@dataclass(frozen=True)
class LegLine:
    """How one leg ended: the summary's raw material."""

    vendor: str
    connection_id: str
    tenant_id: str
    table_name: str
    status: str
    rows_read: int
    rows_changed: int
    request_count: int
    throttled_count: int
    seconds: float
    error_class: str | None
    advice: str | None

    @property
    def is_failed(self) -> bool:
        """Whether something went wrong: failed, partial or not permitted."""
        return self.status not in COMPLETE_STATUSES

    @property
    def subject(self) -> str:
        """The tenant, or the connection of a vendor without tenants."""
        return self.tenant_id or self.connection_id


@dataclass(frozen=True)
class FindingTotals:
    """Findings of the published marts at one observation date; amounts per month in the reporting currency.

    undated_monthly: paid for nothing, and nobody knows when it can be stopped.
    without_price, without_cost: open findings that the amounts leave out.
    """

    opened: int
    resolved: int
    bill_for_monthly: str
    stop_now_monthly: str
    stop_later_monthly: str
    sunk_monthly: str
    undated_monthly: str
    without_price: int
    without_cost: int
    currency: str


@dataclass(frozen=True)
class RunReport:
    """How a run ended.

    credentials: one line per credential of ours that ends soon.
    exit_code: 0 complete, 2 published but a leg failed, was partial or was not permitted, 1 nothing published.
    """

    run_id: str
    as_of: date
    started_at: datetime
    finished_at: datetime
    is_published: bool
    warehouse: Path
    published: Path
    legs: tuple[LegLine, ...] = ()
    blocking: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    checks_passed: int = 0
    checks_total: int = 0
    findings: FindingTotals | None = None
    unjudged: Unjudged = Unjudged()
    credentials: tuple[str, ...] = ()
    seconds_by_step: Mapping[str, float] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """The exit code of design section 4."""
        if not self.is_published:
            return EXIT_NOTHING_PUBLISHED
        return EXIT_COMPLETE if all(leg.status in COMPLETE_STATUSES for leg in self.legs) else EXIT_PARTIAL
