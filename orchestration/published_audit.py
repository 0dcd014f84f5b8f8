"""What is asked of a finished file before it may replace the published one.

Blocking problems only, each with what was found and what to do; everything that merely deserves a look is a warning
elsewhere. Key and money tests of the models have run before, in dbt.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from orchestration.load_checks import CheckOutcome, check_totals
from orchestration.published_file import FormerCount, PublishedTable, customer_count, forbidden_columns, former_count

LARGEST_LOSS = 2

# Each query: rows looked at, and a difference in the smallest kept unit that must be zero.
TOTALS = {
    "recognized_equals_lines": """
        select
            (select count(*) from marts.fct_recognition) as row_count,
            (select coalesce(sum(amount), 0) from marts.fct_recognition where side = 'revenue')
            - (select coalesce(sum(amount), 0) from marts.fct_revenue_lines) as difference
    """,
    "cost_parts_equal_cost": """
        select
            count(*) as row_count,
            coalesce(sum(cost_amount - license_cost_amount - labor_cost_amount - other_cost_amount), 0) as difference
        from marts.mart_customer_profitability_monthly
    """,
    "margin_equals_revenue_less_cost": """
        select
            count(*) as row_count,
            coalesce(sum(gross_margin_amount - revenue_amount + cost_amount), 0) as difference
        from marts.mart_customer_profitability_monthly
    """,
    "invoiced_months_equal_lines": """
        select
            (select count(*) from marts.mart_customer_profitability_monthly) as row_count,
            (select coalesce(sum(invoiced_revenue_amount), 0) from marts.mart_customer_profitability_monthly)
            - (select coalesce(sum(reporting_amount), 0) from marts.fct_revenue_lines) as difference
    """,
}


@dataclass(frozen=True)
class AuditOutcome:
    """What was written, what blocks it (check name → what was found), and what only deserves a look."""

    tables: tuple[PublishedTable, ...]
    totals: tuple[CheckOutcome, ...] = ()
    problems: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def audit(
    beside: Path, published: Path | None, tables: Iterable[PublishedTable], warehouse_forbidden: Callable[[], list[str]]
) -> AuditOutcome:
    """Hold a finished file against what may never be published.

    published: the copy that it is to replace; None for a file that replaces none.
    """
    problems: dict[str, str] = {}
    forbidden = [*forbidden_columns(beside), *warehouse_forbidden()]
    if forbidden:
        problems["no_forbidden_column"] = (
            f"columns that could hold message content: {', '.join(forbidden)}. Remove them from model and contract."
        )
    former = former_count(published) if published is not None else FormerCount(None)
    before, now = former.customers, customer_count(beside)
    if before is not None and now is not None and now * LARGEST_LOSS < before:
        problems["customers_did_not_vanish"] = (
            f"{now} active customers, {before} in the last published copy; expected at least half. Check the PSA's "
            "load in `tenantry status` and the API member's rights; when it is right, remove the published file and "
            "run again."
        )
    totals = tuple(check_totals(beside, TOTALS))
    broken = [outcome.table for outcome in totals if not outcome.is_passed]
    if broken:
        problems["mart_totals"] = (
            f"totals that do not tie out: {', '.join(broken)}. This is a defect; please report it."
        )
    warnings = (former.problem,) if former.problem else ()
    return AuditOutcome(tuple(tables), totals, problems, warnings)
