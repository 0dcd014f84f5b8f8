"""Scores of what is money, time and the words that decide about both: marts against the generator's truth."""

from bench.agreement import Query, Row, Score, Side, compare, exact

MONTH_COLUMNS = (
    "revenue_amount",
    "license_cost_amount",
    "labor_cost_amount",
    "other_cost_amount",
    "invoiced_revenue_amount",
    "invoiced_cost_amount",
    "worked_hours",
    "billed_hours",
)


def money_scores(truth: Row, query: Query) -> list[Score]:
    """Closed months and trailing twelve months, amounts to the cent."""
    monthly = exact(
        "profitability_month",
        (row for row in truth["profitability_monthly"] if row["is_closed"]),
        query("select * from marts.mart_customer_profitability_monthly where is_closed"),
        ("customer_id", "month"),
        *MONTH_COLUMNS,
    )
    planted = Side.of(truth["profitability_ttm"], ("customer_id", "closing_month"))
    last = max((row["closing_month"] for row in truth["profitability_ttm"]), default="")
    # A customer that never had a line has no truth; the mart may show its empty window.
    found = Side.of(
        (
            row
            for row in query("select * from marts.mart_customer_profitability_ttm")
            if row["month_count"] or (row["customer_id"], str(row["closing_month"])) in planted.rows
        ),
        ("customer_id", "closing_month"),
    )
    columns = (
        *MONTH_COLUMNS,
        "month_count",
        "margin_tier",
        "rank_suppressed_reason",
        "is_current",
        "previous_month_count",
        "previous_revenue_amount",
        "previous_gross_margin_amount",
    )

    def of_row(row: Row) -> tuple[str, ...]:
        return (*columns, "is_problem_customer") if row["closing_month"] == last else columns

    return [monthly, compare("profitability_ttm", planted, found, of_row)]


def word_scores(truth: Row, query: Query) -> list[Score]:
    """The day of every time entry, and the vendor's words that wait for a decision."""
    return [
        exact(
            "time_entries",
            truth["time_entries"],
            query("select * from marts.fct_time_entries"),
            ("time_entry_id",),
            "customer_id",
            "work_date",
            "worked_hours",
            "is_time_zone_known",
        ),
        exact(
            "open_words",
            truth["open_words"],
            query("select * from marts.ops_mapping_review where namespace in ('time_zone', 'billing_cycle')"),
            ("namespace", "external_id"),
        ),
    ]
