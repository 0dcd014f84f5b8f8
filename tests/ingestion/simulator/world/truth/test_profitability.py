"""The money of the truth ties out with the vendors' documents."""

from datetime import date
from decimal import Decimal
from typing import Any

from ingestion.simulator.world import World
from ingestion.simulator.world.timeline import OBSERVATION_DATES, months_between
from ingestion.simulator.world.truth.lines import Line, spread
from ingestion.simulator.world.truth.rates import hourly_cost

COSTS = ("license_cost_amount", "labor_cost_amount", "other_cost_amount")
AMOUNTS = ("revenue_amount", *COSTS, "invoiced_revenue_amount", "invoiced_cost_amount", "worked_hours", "billed_hours")


def total(rows: list[dict[str, Any]], column: str) -> Decimal:
    """The sum of an amount that is kept as text."""
    return sum((Decimal(row[column]) for row in rows), Decimal(0))


def test_customers_sum_to_the_source_documents(truth: dict[str, Any]) -> None:
    months, documents = (
        truth["profitability_monthly"],
        {name: Decimal(value) for name, value in truth["document_totals"].items()},
    )
    psa_cost = documents["psa_product_amount"] - documents["psa_product_superseded_amount"]
    cost = documents["distributor_amount"] + documents["labor_amount"] + documents["expense_amount"] + psa_cost

    assert total(months, "invoiced_revenue_amount") == documents["revenue_amount"]
    assert total(months, "invoiced_cost_amount") == cost


def test_distributor_total_is_the_sum_of_the_vendors_items(world: World, truth: dict[str, Any]) -> None:
    items = world.at(OBSERVATION_DATES[-1]).pax8["invoiceItems"]
    expected = sum((row["costTotal"] for row in items if row["type"] != "payment-credit"), Decimal(0))

    assert Decimal(truth["document_totals"]["distributor_amount"]) == expected


def test_revenue_total_is_the_sum_of_the_vendors_subtotals(world: World, truth: dict[str, Any]) -> None:
    rates = {
        tuple(line.split(",")[:2]): Decimal(line.split(",")[3])
        for line in world.config_files()["fx_rates.csv"].splitlines()[1:]
    }
    expected = Decimal(0)
    for invoice in world.at(OBSERVATION_DATES[-1]).connectwise["invoices"]:
        currency, month = invoice["currency"]["currencyCode"], f"{invoice['date'][:7]}-01"
        rate = Decimal(1) if currency == "USD" else rates.get((month, currency))
        if invoice["status"]["name"] != "Void" and rate is not None:
            amount = -abs(invoice["subtotal"]) if invoice["type"] == "CreditMemo" else invoice["subtotal"]
            expected += amount * rate

    assert abs(Decimal(truth["document_totals"]["revenue_amount"]) - expected) < Decimal("0.05")


def test_worked_hours_are_those_of_the_time_entries(world: World, truth: dict[str, Any]) -> None:
    entries = world.at(OBSERVATION_DATES[-1]).connectwise["timeEntries"]

    assert total(truth["profitability_monthly"], "worked_hours") == sum(row["actualHours"] for row in entries)


def test_months_follow_each_other_without_a_gap(truth: dict[str, Any]) -> None:
    by_customer: dict[str, list[date]] = {}
    for row in truth["profitability_monthly"]:
        by_customer.setdefault(row["customer_id"], []).append(date.fromisoformat(row["month"]))
    for months in by_customer.values():
        assert months == list(months_between(months[0], date(2026, 11, 1)))


def test_window_is_the_sum_of_its_twelve_months(truth: dict[str, Any]) -> None:
    last = [row for row in truth["profitability_ttm"] if row["closing_month"] == "2026-10-01"]
    for row in last:
        months = [
            month
            for month in truth["profitability_monthly"]
            if month["customer_id"] == row["customer_id"] and "2025-11-01" <= month["month"] <= "2026-10-01"
        ]
        for column in AMOUNTS:
            assert Decimal(row[column]) == total(months, column)


def test_open_month_is_not_closed_and_has_no_window(truth: dict[str, Any]) -> None:
    assert {row["month"] for row in truth["profitability_monthly"] if not row["is_closed"]} == {"2026-11-01"}
    assert max(row["closing_month"] for row in truth["profitability_ttm"]) == "2026-10-01"


def test_demo_ranks_in_every_tier_and_every_reason(demo_truth: dict[str, Any]) -> None:
    last = [row for row in demo_truth["profitability_ttm"] if row["closing_month"] == "2026-10-01"]

    assert {row["margin_tier"] for row in last} == {"a", "b", "c", "d", None}
    assert {row["rank_suppressed_reason"] for row in last} == {None, "no_revenue", "fx_missing", "low_coverage"}
    assert [row["customer_id"] for row in last if row["is_problem_customer"]] == ["263"]


def test_demo_has_months_without_revenue(demo_truth: dict[str, Any]) -> None:
    empty = [
        row["month"]
        for row in demo_truth["profitability_monthly"]
        if row["customer_id"] == "263" and Decimal(row["invoiced_revenue_amount"]) == 0 and row["is_closed"]
    ]

    assert {"2026-02-01", "2026-03-01", "2026-04-01"} & set(empty)


def test_first_month_is_that_of_the_agreement_even_without_a_line(demo_truth: dict[str, Any]) -> None:
    months = [row for row in demo_truth["profitability_monthly"] if row["customer_id"] == "250"]

    assert months[0]["month"] == "2025-06-01"
    assert all(Decimal(months[0][column]) == 0 for column in AMOUNTS)


def test_prepaid_year_is_spread_over_thirteen_months(demo: World) -> None:
    line = Line(
        "revenue",
        "1",
        date(2026, 6, 15),
        Decimal("365.0000"),
        "USD",
        Decimal("365.0000"),
        start=date(2026, 6, 15),
        end=date(2027, 6, 14),
    )
    parts = spread(Decimal("365.0000"), line)

    assert parts[date(2026, 6, 1)] == Decimal("16.0000")
    assert parts[date(2026, 7, 1)] == Decimal("31.0000")
    assert parts[date(2027, 6, 1)] == Decimal("14.0000")
    assert sum(parts.values()) == Decimal("365.0000")


def test_cost_rate_changes_on_the_observation_that_showed_it(demo: World) -> None:
    member = demo.plan.members[0]

    assert hourly_cost(member, date(2025, 9, 1), OBSERVATION_DATES).amount == Decimal("52.00")
    assert hourly_cost(member, date(2026, 10, 26), OBSERVATION_DATES).amount == Decimal("52.00")
    assert hourly_cost(member, date(2026, 10, 27), OBSERVATION_DATES).amount == Decimal("55.00")
