"""The truth names every planted leak and no other, with amounts and its life."""

from collections import Counter
from typing import Any

from ingestion.simulator.world import World
from ingestion.simulator.world.timeline import OBSERVATION_DATES

KINDS = {
    "uncontracted",
    "overbilled",
    "billed_after_cancel",
    "assigned_to_disabled",
    "shelfware",
    "unknown_source",
    "unmapped",
}


def leaks(truth: dict[str, Any], kind: str, customer_id: str) -> list[dict[str, Any]]:
    """Leaks of a kind and customer."""
    return [row for row in truth["leakage"] if row["kind"] == kind and row["customer_id"] == customer_id]


def test_leaks_are_exactly_the_planted_ones(world: World, truth: dict[str, Any]) -> None:
    found = {
        (row["kind"], row["customer_id"], row["product_id"] or row["subscription_id"] or row["external"]): (
            row["seats"],
            row["status"],
        )
        for row in truth["leakage"]
    }
    planted = {(row.kind, row.customer_id, row.subject): (row.seats, row.status) for row in world.plan.planted}

    assert found == planted


def test_every_kind_of_leak_is_planted(truth: dict[str, Any]) -> None:
    assert {row["kind"] for row in truth["leakage"]} == KINDS


def test_demo_plants_every_status_and_recoverability(demo_truth: dict[str, Any]) -> None:
    assert {row["status"] for row in demo_truth["leakage"]} == {"open", "observing", "muted", "resolved"}
    assert {row["recoverable"] for row in demo_truth["leakage"]} == {"now", "on_date", "sunk", "unknown"}


def test_uncontracted_amount_converts_at_the_rate_of_the_day(demo_truth: dict[str, Any]) -> None:
    (leak,) = leaks(demo_truth, "uncontracted", "251")

    # 3 seats at 39.90 euro, 1.09 dollars per euro in November.
    assert (leak["seats"], leak["monthly_amount"], leak["annual_amount"]) == (3, "130.4730", "1565.6760")


def test_uncontracted_product_without_a_price_has_no_amount(demo_truth: dict[str, Any]) -> None:
    (leak,) = leaks(demo_truth, "uncontracted", "253")

    assert (leak["seats"], leak["monthly_amount"]) == (8, None)


def test_finding_first_seen_at_the_second_observation_opens_at_the_fourth(demo_truth: dict[str, Any]) -> None:
    (leak,) = leaks(demo_truth, "assigned_to_disabled", "253")

    assert (leak["first_seen_date"], leak["opened_date"], leak["status"]) == ("2026-10-27", "2026-11-08", "open")


def test_finding_that_healed_is_resolved_on_the_observation_that_missed_it(demo_truth: dict[str, Any]) -> None:
    (leak,) = leaks(demo_truth, "shelfware", "256")

    assert (leak["opened_date"], leak["resolved_date"]) == ("2026-11-02", "2026-11-08")


def test_charges_after_cancellation_sum_over_their_months(demo_truth: dict[str, Any]) -> None:
    (leak,) = leaks(demo_truth, "billed_after_cancel", "261")

    assert (leak["monthly_amount"], leak["annual_amount"], leak["opened_date"]) == ("49.0700", "147.2100", "2026-10-20")


def test_one_observation_leaves_seat_leaks_observing(demo: World) -> None:
    status = Counter(
        row["status"] for row in demo.truth(OBSERVATION_DATES[:1])["leakage"] if row["kind"] != "billed_after_cancel"
    )

    assert set(status) == {"observing", "muted"}
