"""What follows from the truth by arithmetic: ratios, ranks, trends, document totals and protection over time.

Amounts of the truth are text with four decimals; ratios are rounded half away from zero to six. Nothing here reads SQL
of ours: what a column means is in docs/interface/marts.csv.
"""

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from bench.agreement import Query, Row, Score, exact

RATIO = Decimal("0.000001")
LARGEST_RATIO = Decimal("999.999999")
WINDOW_MONTHS = 12
MARGIN_COLUMNS = (
    "cost_amount",
    "gross_margin_amount",
    "gross_margin_ratio",
    "invoiced_gross_margin_amount",
    "invoiced_gross_margin_ratio",
    "effective_hourly_rate_amount",
)
COVERAGE_COLUMNS = (
    "customer_id",
    "user_count",
    "in_scope_count",
    "protected_count",
    "partial_count",
    "exposed_count",
    "unknown_count",
    "out_of_scope_count",
    "coverage_ratio",
    "unknown_ratio",
    "coverage_change_7d_ratio",
    "coverage_change_30d_ratio",
)
TENANT_COLUMNS = ("customer_id", "tenant_name", "has_entra_p1", "has_entra_p2", "mapping_status", "is_msp_tenant")
CUSTOMER_COLUMNS = ("customer_name", "parent_customer_id", "is_billable", "currency_code")


def derived_scores(truth: Row, query: Query) -> list[Score]:
    """Every kind that this module knows."""
    return [
        margin_month_score(truth, query),
        margin_window_score(truth, query),
        document_total_score(truth, query),
        exact("coverage_daily", truth["coverage"], query("select * from marts.mart_mfa_coverage_daily"),
               ("tenant_id", "coverage_date"), *COVERAGE_COLUMNS),
        exact("tenants", truth["tenants"], query("select * from marts.dim_tenants"), ("tenant_id",), *TENANT_COLUMNS),
        exact("customers", truth["customers"], query("select * from marts.dim_customers"), ("customer_id",),
               *CUSTOMER_COLUMNS),
        exact("unlicensed_legs", truth["unlicensed_legs"], query(
            "select tenant_id, table_name from marts.ops_freshness where last_status = 'not_licensed'"
        ), ("tenant_id", "table_name")),
    ]  # fmt: skip


def margin_month_score(truth: Row, query: Query) -> Score:
    """Margins and ratios of every closed month."""
    return exact(
        "margin_month",
        [{**_margins(row), **_keys(row, "month")} for row in truth["profitability_monthly"] if row["is_closed"]],
        query("select * from marts.mart_customer_profitability_monthly where is_closed"),
        ("customer_id", "month"),
        *MARGIN_COLUMNS,
    )


def margin_window_score(truth: Row, query: Query) -> Score:
    """Margins, ratios, rank and trend of every window of twelve months."""
    margins = {
        (row["customer_id"], row["month"]): _amount(row, "revenue_amount") - _cost(row)
        for row in truth["profitability_monthly"]
    }
    windows = [{**row, **_margins(row)} for row in truth["profitability_ttm"]]
    ranked: dict[str, list[Decimal]] = defaultdict(list)
    for row in windows:
        if row["margin_tier"] is not None:
            ranked[row["closing_month"]].append(row["gross_margin_ratio"])
    planted = [
        {
            **row,
            "margin_rank": 1 + sum(other > row["gross_margin_ratio"] for other in ranked[row["closing_month"]])
            if row["margin_tier"] is not None
            else None,
            "margin_trend_amount": _trend(margins, row),
        }
        for row in windows
    ]
    keys = {(row["customer_id"], row["closing_month"]) for row in windows}
    # A customer that never had a line has no truth; the mart may show its empty window.
    found = [
        row
        for row in query("select * from marts.mart_customer_profitability_ttm")
        if (row["customer_id"], str(row["closing_month"])) in keys
    ]
    columns = (*MARGIN_COLUMNS, "margin_rank", "margin_trend_amount")
    return exact("margin_window", planted, found, ("customer_id", "closing_month"), *columns)


def document_total_score(truth: Row, query: Query) -> Score:
    """Sums over all lines in the reporting currency, by kind, and how many lines have no rate."""
    found = query(
        """
        select 'revenue_amount' as total, sum(reporting_amount) as value from marts.fct_revenue_lines
        union all
        select cost_source || '_amount' as total, sum(reporting_amount) as value from marts.fct_cost_lines
        where not is_provisional
        group by cost_source
        union all
        select 'psa_product_superseded_amount' as total, coalesce(sum(reporting_amount), 0) as value
        from marts.fct_recognition where side = 'cost' and is_superseded
        union all
        select 'fx_missing_count' as total, cast(sum(missing_count) as decimal(18, 4)) as value
        from (
            select count(*) as missing_count from marts.fct_revenue_lines where reporting_amount is null
            union all
            select count(*) as missing_count from marts.fct_cost_lines where reporting_amount is null
        )
        """
    )
    totals = {name: Decimal(value) for name, value in truth["document_totals"].items()}
    # What the PSA told of costs: products and expenses.
    totals["psa_amount"] = totals.pop("psa_product_amount", Decimal(0)) + totals.pop("expense_amount", Decimal(0))
    planted = [{"total": name, "value": str(value)} for name, value in totals.items()]
    return exact("document_totals", planted, found, ("total",), "value")


def _keys(row: Row, month: str) -> dict[str, Any]:
    return {"customer_id": row["customer_id"], month: row[month]}


def _amount(row: Row, column: str) -> Decimal:
    return Decimal(row[column])


def _cost(row: Row) -> Decimal:
    return sum((_amount(row, f"{kind}_cost_amount") for kind in ("license", "labor", "other")), Decimal(0))


def _margins(row: Row) -> dict[str, Decimal | None]:
    revenue, cost, invoiced = _amount(row, "revenue_amount"), _cost(row), _amount(row, "invoiced_revenue_amount")
    invoiced_margin = invoiced - _amount(row, "invoiced_cost_amount")
    hours = _amount(row, "worked_hours")
    bought = cost - _amount(row, "labor_cost_amount")
    return {
        "cost_amount": cost,
        "gross_margin_amount": revenue - cost,
        "gross_margin_ratio": _ratio(revenue - cost, revenue),
        "invoiced_gross_margin_amount": invoiced_margin,
        "invoiced_gross_margin_ratio": _ratio(invoiced_margin, invoiced),
        "effective_hourly_rate_amount": _rounded((revenue - bought) / hours) if hours > 0 else None,
    }


def _ratio(part: Decimal, whole: Decimal) -> Decimal | None:
    if whole <= 0:
        return None
    return max(-LARGEST_RATIO, min(LARGEST_RATIO, _rounded(part / whole)))


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(RATIO, rounding=ROUND_HALF_UP)


def _trend(margins: dict[tuple[str, str], Decimal], row: Row) -> Decimal | None:
    """Least-squares slope of the margin over the months of the window that there are; none with fewer than two."""
    year, month = int(row["closing_month"][:4]), int(row["closing_month"][5:7])
    points = []
    for back in range(WINDOW_MONTHS):
        total = year * 12 + month - 1 - back
        key = (row["customer_id"], f"{total // 12:04}-{total % 12 + 1:02}-01")
        if key in margins:
            points.append((Decimal(-back), margins[key]))
    if len(points) < 2:
        return None
    count = Decimal(len(points))
    mean_x, mean_y = sum(x for x, _ in points) / count, sum(y for _, y in points) / count
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return _rounded(sum((x - mean_x) * (y - mean_y) for x, y in points) / spread)
