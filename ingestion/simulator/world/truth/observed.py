"""What a tenant shows on one observation date, computed once for all rules and for drift."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from ingestion.simulator.world.identifiers import Identifiers
from ingestion.simulator.world.people import User
from ingestion.simulator.world.plan import Plan
from ingestion.simulator.world.tenants import Tenant
from ingestion.simulator.world.truth.access import Verdict, verdicts
from ingestion.simulator.world.truth.privileges import Holding, holdings

COVERAGE_DROP = Decimal("0.05")
COVERAGE_DAYS = 7
SCORE_DROP = Decimal("0.05")
SCORE_DAYS = 30


@dataclass(frozen=True)
class Observed:
    """One tenant on one observation date, with the observations before it, oldest first."""

    ids: Identifiers
    tenant: Tenant
    day: date
    verdicts: list[Verdict]
    privileged: list[Holding]
    before: "tuple[Observed, ...]"
    accepted_gap_ids: frozenset[str]

    @property
    def users(self) -> dict[str, User]:
        """Users that exist, by object id."""
        return {user.id: user for user in self.tenant.present_users(self.day)}

    @property
    def privileged_users(self) -> list[User]:
        """Users that hold, or may activate, a privileged role."""
        holders = {row.principal_id for row in self.privileged}
        return [user for user in self.tenant.present_users(self.day) if user.id in holders]

    @property
    def break_glass_ids(self) -> set[str]:
        """Object ids of registered break-glass accounts."""
        return {user.id for user in self.tenant.users if user.upn in self.tenant.break_glass_upns}

    @property
    def coverage(self) -> Decimal | None:
        """Protected over protected, partly protected and exposed; None where nothing is known."""
        counts = Counter(row.verdict for row in self.verdicts)
        known = counts["protected"] + counts["partial"] + counts["exposed"]
        return Decimal(counts["protected"]) / known if known else None

    @property
    def has_lost_coverage(self) -> bool | None:
        """Whether coverage fell against the best of the last week; None where there is nothing to compare."""
        recent = [one.coverage for one in self.before if one.day >= self.day - timedelta(days=COVERAGE_DAYS)]
        known = [ratio for ratio in recent if ratio is not None]
        if self.coverage is None or not known:
            return None
        return max(known) - self.coverage >= COVERAGE_DROP

    @property
    def has_lost_score(self) -> bool | None:
        """Whether the secure score fell against the best of the last month that was watched; None at the baseline."""
        if not self.before:
            return None
        watched = max(self.before[0].day, self.day - timedelta(days=SCORE_DAYS))
        days = [watched + timedelta(days=offset) for offset in range((self.day - watched).days)]
        best = max(self._share(day) for day in days)
        return best - self._share(self.day) >= SCORE_DROP

    def _share(self, day: date) -> Decimal:
        return self.tenant.scores.share(self.ids, self.tenant.id, day)


def observe(plan: Plan, dates: Sequence[date]) -> list[Observed]:
    """The last observation of every tenant; the earlier ones hang on it."""
    return [_watched(plan, tenant, tuple(dates)) for tenant in plan.tenants]


def _watched(plan: Plan, tenant: Tenant, dates: tuple[date, ...]) -> Observed:
    before: tuple[Observed, ...] = ()
    for day in dates:
        privileged = [row for row in holdings(tenant, day) if row.is_privileged]
        accepted = frozenset(
            row.subject_id for row in plan.exceptions if row.rule_or_kind == "mfa_gap" and day < row.expires_on
        )
        before = (*before, Observed(plan.ids, tenant, day, verdicts(tenant, day), privileged, before, accepted))
    return before[-1]
