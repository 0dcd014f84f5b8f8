"""Profitability per customer, month and trailing twelve months, from the source lines."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from ingestion.simulator.world.plan import Plan
from ingestion.simulator.world.timeline import add_months, month_start, months_between, next_month
from ingestion.simulator.world.truth.lines import (
    DISTRIBUTOR,
    LABOR,
    PSA_PRODUCT,
    REVENUE,
    Line,
    all_lines,
    line_months,
    shares,
)
from ingestion.simulator.world.truth.rates import rounded

TIERS = (("a", Decimal("0.60")), ("b", Decimal("0.40")), ("c", Decimal("0.20")))
LOWEST_TIER = "d"
MAX_RESIDUAL_RATIO = Decimal("0.25")
MAX_UNCOSTED_RATIO = Decimal("0.25")
RATIO = Decimal("0.000001")
WINDOW_MONTHS = 12


@dataclass
class Sums:
    """Sums of one customer over one month or several."""

    revenue_amount: Decimal = Decimal(0)
    license_cost_amount: Decimal = Decimal(0)
    labor_cost_amount: Decimal = Decimal(0)
    other_cost_amount: Decimal = Decimal(0)
    invoiced_revenue_amount: Decimal = Decimal(0)
    invoiced_cost_amount: Decimal = Decimal(0)
    worked_hours: Decimal = Decimal(0)
    billed_hours: Decimal = Decimal(0)
    residual: Decimal = Decimal(0)
    uncosted_hours: Decimal = Decimal(0)
    fx_missing_count: int = 0
    line_count: int = 0

    def add(self, other: "Sums") -> None:
        """Adds another month."""
        for column in fields(Sums):
            setattr(self, column.name, getattr(self, column.name) + getattr(other, column.name))

    def amounts(self) -> dict[str, str]:
        """The published amounts and hours as text."""
        hidden = ("residual", "uncosted_hours", "fx_missing_count", "line_count")
        return {
            column.name: str(rounded(getattr(self, column.name)))
            for column in fields(Sums)
            if column.name not in hidden
        }


@dataclass(frozen=True)
class Ranking:
    """Margin tier of a window, or why there is none."""

    tier: str | None
    reason: str | None


def ranking(window: Sums) -> Ranking:
    """Tier by gross margin ratio; suppressed without revenue, with a missing rate or with low coverage."""
    if window.revenue_amount <= 0:
        return Ranking(None, "no_revenue")
    if window.fx_missing_count:
        return Ranking(None, "fx_missing")
    # Too much taken off without a word is as unexplained as too much added.
    if abs(window.residual) / window.revenue_amount > MAX_RESIDUAL_RATIO:
        return Ranking(None, "low_coverage")
    if window.worked_hours and window.uncosted_hours / window.worked_hours > MAX_UNCOSTED_RATIO:
        return Ranking(None, "low_coverage")
    cost = window.license_cost_amount + window.labor_cost_amount + window.other_cost_amount
    ratio = rounded((window.revenue_amount - cost) / window.revenue_amount, RATIO)
    return Ranking(next((tier for tier, least in TIERS if ratio >= least), LOWEST_TIER), None)


def _previous_amounts(window: Sums, month_count: int) -> dict[str, str | None]:
    """The year before, which is none with fewer than twelve months."""
    cost = window.license_cost_amount + window.labor_cost_amount + window.other_cost_amount
    amounts = {
        "previous_revenue_amount": window.revenue_amount,
        "previous_gross_margin_amount": window.revenue_amount - cost,
    }
    is_year = month_count == WINDOW_MONTHS
    return {name: str(rounded(amount)) if is_year else None for name, amount in amounts.items()}


class Profitability:
    """Monthly sums of every customer, and the rows of the two marts made from them."""

    def __init__(self, plan: Plan, observation_dates: Sequence[date]) -> None:
        self._plan = plan
        self._as_of = observation_dates[-1]
        self._lines = all_lines(plan, observation_dates)
        self._covered = self._months_with_charges()
        self._months = self._monthly_sums()

    def monthly_rows(self) -> list[dict[str, Any]]:
        """One row per customer and month, zero months included."""
        return [
            {"customer_id": customer, "month": month.isoformat(), "is_closed": self._is_closed(month), **sums.amounts()}
            for customer, months in sorted(self._months.items())
            for month, sums in sorted(months.items())
        ]

    def ttm_rows(self) -> list[dict[str, Any]]:
        """One row per customer and closed month, over the twelve months that end with it."""
        rows = []
        for customer, months in sorted(self._months.items()):
            tier_before: str | None = None
            for month in sorted(month for month in months if self._is_closed(month)):
                window, count = self._window(months, month)
                rank = ranking(window)
                previous, previous_count = self._window(months, add_months(month, -WINDOW_MONTHS))
                rows.append(
                    {
                        "customer_id": customer,
                        "closing_month": month.isoformat(),
                        "month_count": count,
                        **window.amounts(),
                        "margin_tier": rank.tier,
                        "rank_suppressed_reason": rank.reason,
                        "is_current": next_month(month) == month_start(self._as_of),
                        "previous_month_count": previous_count,
                        **_previous_amounts(previous, previous_count),
                        "is_problem_customer": rank.tier == LOWEST_TIER and tier_before == LOWEST_TIER,
                    }
                )
                tier_before = rank.tier
        return rows

    def document_totals(self) -> dict[str, str]:
        """Sums over all source lines in the reporting currency; lines without a rate are only counted."""
        totals: dict[str, Decimal] = defaultdict(Decimal)
        for line in self._lines:
            totals[f"{line.kind}_amount"] += line.reporting or Decimal(0)
            totals["fx_missing_count"] += line.reporting is None
            if line.kind == PSA_PRODUCT:
                totals["psa_product_superseded_amount"] += sum(
                    (part for month, part in shares(line).items() if self._is_superseded(line, month)), Decimal(0)
                )
        return {name: str(value) for name, value in sorted(totals.items())}

    def _months_with_charges(self) -> set[tuple[str, str, date]]:
        return {
            (line.customer_id, line.product_id, month)
            for line in self._lines
            if line.kind == DISTRIBUTOR and line.product_id is not None
            for month in line_months(line)
        }

    def _is_superseded(self, line: Line, month: date) -> bool:
        key = (line.customer_id, line.product_id or "", month)
        return line.kind == PSA_PRODUCT and line.product_id is not None and key in self._covered

    def _is_closed(self, month: date) -> bool:
        return self._as_of >= next_month(month)

    def _monthly_sums(self) -> dict[str, dict[date, Sums]]:
        found: dict[str, dict[date, Sums]] = defaultdict(lambda: defaultdict(Sums))
        for customer in self._plan.customers:
            for agreement in customer.agreements:
                if agreement.start <= self._as_of:
                    found[customer.key][month_start(agreement.start)].line_count += 0
        for line in self._lines:
            self._add(found[line.customer_id], line)
        last = month_start(self._as_of)
        return {
            customer: {month: months[month] for month in months_between(min(months), last)}
            for customer, months in found.items()
        }

    def _add(self, months: dict[date, Sums], line: Line) -> None:
        document = months[month_start(line.day)]
        for month in line_months(line):
            months[month].line_count += 1
            months[month].fx_missing_count += line.reporting is None
        document.worked_hours += line.hours
        document.billed_hours += line.billed_hours
        if line.is_uncosted:
            document.uncosted_hours += line.hours
        for month, part in shares(line).items():
            sums = months[month]
            if line.kind == REVENUE:
                sums.revenue_amount += part
                document.invoiced_revenue_amount += part
                sums.residual += part if line.is_residual else Decimal(0)
            elif not self._is_superseded(line, month):
                document.invoiced_cost_amount += part
                if line.kind == LABOR:
                    sums.labor_cost_amount += part
                elif line.is_license:
                    sums.license_cost_amount += part
                else:
                    sums.other_cost_amount += part

    def _window(self, months: dict[date, Sums], closing: date) -> tuple[Sums, int]:
        window, count = Sums(), 0
        for month in months_between(add_months(closing, 1 - WINDOW_MONTHS), closing):
            if month in months:
                window.add(months[month])
                count += months[month].line_count > 0
        return window, count
