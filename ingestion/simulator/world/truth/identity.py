"""Who the customers are, whose each tenant is, what each is licensed for, and how protection went over time."""

from collections import Counter
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ingestion.simulator.world.customers import UNASSIGNED
from ingestion.simulator.world.plan import Plan
from ingestion.simulator.world.truth.observed import Observed

RATIO = Decimal("0.000001")
# What Graph hands out only to tenants with the Entra ID plan.
P1_TABLES = ("user_registration_details", "sign_in_activity")
P2_TABLES = ("role_assignment_schedule_instances", "role_eligibility_schedule_instances")


def customer_rows(plan: Plan) -> list[dict[str, Any]]:
    """Every company of the PSA, and the one that stands for none."""
    rows = [
        {
            "customer_id": customer.key,
            "customer_name": customer.name,
            "parent_customer_id": None if customer.parent_id is None else str(customer.parent_id),
            "is_billable": customer.is_billable,
            "currency_code": customer.currency,
        }
        for customer in plan.customers
    ]
    nobody = {"customer_id": UNASSIGNED, "customer_name": "Unassigned", "parent_customer_id": None}
    return [*rows, {**nobody, "is_billable": False, "currency_code": None}]


def tenant_rows(plan: Plan, day: date) -> list[dict[str, Any]]:
    """Every tenant: whose it is, and the plans that its enabled subscriptions carry."""
    return [
        {
            "tenant_id": tenant.id,
            "customer_id": tenant.customer_id or UNASSIGNED,
            "tenant_name": tenant.name,
            "has_entra_p1": tenant.has_p1(day),
            "has_entra_p2": tenant.has_p2(day),
            "mapping_status": "accepted" if tenant.customer_id else "unmapped",
            "is_msp_tenant": tenant.is_msp,
        }
        for tenant in plan.tenants
    ]


def unlicensed_rows(plan: Plan, day: date) -> list[dict[str, Any]]:
    """The tables that a tenant has no licence for."""
    return [
        {"tenant_id": tenant.id, "table_name": table}
        for tenant in plan.tenants
        for is_licensed, tables in ((tenant.has_p1(day), P1_TABLES), (tenant.has_p2(day), P2_TABLES))
        for table in (() if is_licensed else tables)
    ]


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
    return _rounded(now.coverage) - _rounded(older[-1].coverage)


def _rounded(ratio: Decimal) -> Decimal:
    return ratio.quantize(RATIO, rounding=ROUND_HALF_UP)


def _text(ratio: Decimal | None) -> str | None:
    return None if ratio is None else str(_rounded(ratio))
