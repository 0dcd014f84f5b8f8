"""What the scorer derives from the truth, against figures worked out by hand."""

from decimal import Decimal
from typing import Any

import pytest

from bench.mart_scores import document_total_score, margin_month_score, margin_window_score

AMOUNTS = {
    "revenue_amount": "300.0000",
    "license_cost_amount": "30.0000",
    "labor_cost_amount": "60.0000",
    "other_cost_amount": "10.0000",
    "invoiced_revenue_amount": "0.0000",
    "invoiced_cost_amount": "5.0000",
    "worked_hours": "3.0000",
    "billed_hours": "0.0000",
}
MARGINS = {
    "cost_amount": Decimal("100.0000"),
    "gross_margin_amount": Decimal("200.0000"),
    "gross_margin_ratio": Decimal("0.666667"),
    "invoiced_gross_margin_amount": Decimal("-5.0000"),
    "invoiced_gross_margin_ratio": None,
    "effective_hourly_rate_amount": Decimal("86.666667"),
}


def month(number: int, revenue: str) -> dict[str, Any]:
    """A month without cost."""
    nothing = dict.fromkeys(AMOUNTS, "0.0000")
    return {
        **nothing, "customer_id": "250", "month": f"2026-{number:02}-01", "is_closed": True, "revenue_amount": revenue,
    }  # fmt: skip


def window(customer: str, tier: str | None, revenue: str) -> dict[str, Any]:
    """A window with a cost of 100."""
    return {
        **AMOUNTS, "customer_id": customer, "closing_month": "2026-03-01", "margin_tier": tier,
        "revenue_amount": revenue,
    }  # fmt: skip


def test_margins_of_a_month_are_worked_out_from_its_amounts() -> None:
    truth = {"profitability_monthly": [{**AMOUNTS, "customer_id": "250", "month": "2026-10-01", "is_closed": True}]}
    found = {**MARGINS, "customer_id": "250", "month": "2026-10-01"}

    assert margin_month_score(truth, lambda statement: [found]).is_perfect
    for column in MARGINS:
        assert not margin_month_score(truth, lambda statement, name=column: [{**found, name: Decimal(1)}]).is_perfect


def test_rank_counts_only_who_has_a_tier_and_trend_is_the_slope_per_month() -> None:
    truth = {
        "profitability_monthly": [month(1, "10.0000"), month(2, "30.0000"), month(3, "20.0000")],
        "profitability_ttm": [
            window("250", "a", "400.0000"),
            window("251", "c", "150.0000"),
            window("252", None, "900.0000"),
        ],
    }
    ranks = {"250": 1, "251": 2, "252": None}
    trends = {"250": Decimal("5.000000"), "251": None, "252": None}

    def found(statement: str) -> list[dict[str, Any]]:
        return [
            {
                **row,
                **MARGINS,
                "gross_margin_amount": Decimal(row["revenue_amount"]) - 100,
                "gross_margin_ratio": ratio,
                "effective_hourly_rate_amount": rate,
                "margin_rank": ranks[row["customer_id"]],
                "margin_trend_amount": trends[row["customer_id"]],
            }
            for row, ratio, rate in zip(
                truth["profitability_ttm"],
                (Decimal("0.750000"), Decimal("0.333333"), Decimal("0.888889")),
                (Decimal("120.000000"), Decimal("36.666667"), Decimal("286.666667")),
                strict=True,
            )
        ]

    assert margin_window_score(truth, found).is_perfect
    ranks["252"] = 1
    assert margin_window_score(truth, found).differences == ("differs 252/2026-03-01: margin_rank",)
    ranks["252"], trends["250"] = None, Decimal("4.999999")
    assert margin_window_score(truth, found).differences == ("differs 250/2026-03-01: margin_trend_amount",)


@pytest.mark.parametrize(("psa", "is_right"), [("30.0000", True), ("29.9999", False)])
def test_document_totals_add_up_what_the_psa_told_of_costs(psa: str, is_right: bool) -> None:
    truth = {"document_totals": {"psa_product_amount": "10.0000", "expense_amount": "20.0000", "fx_missing_count": 0}}
    found = [{"total": "psa_amount", "value": Decimal(psa)}, {"total": "fx_missing_count", "value": Decimal(0)}]

    assert document_total_score(truth, lambda statement: found).is_perfect is is_right
