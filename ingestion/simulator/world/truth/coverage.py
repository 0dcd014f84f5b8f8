"""How many users of each tenant are protected, at every observation."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any

from ingestion.simulator.world.customers import UNASSIGNED
from ingestion.simulator.world.truth.observed import Observed
from ingestion.simulator.world.truth.rates import rounded

RATIO = Decimal("0.000001")


def coverage_rows(observed: list[Observed]) -> list[dict[str, Any]]:
    """How many users are protected, by tenant and observation."""
    return [_coverage(now) for last in observed for now in (*last.before, last)]


def _coverage(now: Observed) -> dict[str, Any]:
    counts = Counter(row.verdict for row in now.verdicts)
    in_scope = sum(counts.values()) - counts["out_of_scope"]
    return {
        "tenant_id": now.tenant.id,
        "coverage_date": now.day.isoformat(),
        "customer_id": now.tenant.customer_id or UNASSIGNED,
        "user_count": sum(counts.values()),
        "in_scope_count": in_scope,
        **{
            f"{verdict}_count": counts[verdict]
            for verdict in ("protected", "partial", "exposed", "unknown", "out_of_scope")
        },
        "coverage_ratio": _text(now.coverage),
        "unknown_ratio": _text(Decimal(counts["unknown"]) / in_scope if in_scope else None),
        **{f"coverage_change_{days}d_ratio": _text(_change(now, days)) for days in (7, 30)},
    }


def _change(now: Observed, days: int) -> Decimal | None:
    """Against the newest observation that is at least so many days older."""
    older = [one for one in now.before if one.day <= now.day - timedelta(days=days)]
    if now.coverage is None or not older or older[-1].coverage is None:
        return None
    return rounded(now.coverage, RATIO) - rounded(older[-1].coverage, RATIO)


def _text(ratio: Decimal | None) -> str | None:
    return None if ratio is None else str(rounded(ratio, RATIO))
