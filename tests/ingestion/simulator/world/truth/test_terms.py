"""When seats may go, seat by seat; mutes; and what is no seat: the truth by the documents, at the edges."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ingestion.simulator.world import World
from ingestion.simulator.world.catalogue import BASIC, EXCHANGE, PREMIUM
from ingestion.simulator.world.subscriptions import ANNUAL, ONE_TIME, PENDING_CANCEL, Subscription
from ingestion.simulator.world.timeline import Steps
from ingestion.simulator.world.truth.terms import Parts, free_seats, split

DAY = date(2026, 11, 8)


def subscription(seats: int, **details: Any) -> Subscription:
    """A subscription of some seats that began long ago, monthly unless told otherwise."""
    return Subscription("s", BASIC, Steps(seats), Decimal(1), Decimal(2), start=date(2025, 1, 1), **details)


def year(seats: int, last_day: date, **details: Any) -> Subscription:
    """A year's commitment that ends on that day."""
    return subscription(seats, commitment="1-Year", commitment_end=last_day, **details)


def test_monthly_seats_may_go_any_day_and_those_without_a_commitment_nobody_knows_when() -> None:
    assert free_seats(subscription(5), DAY) == 5
    assert free_seats(subscription(5, commitment=None), DAY) is None


@pytest.mark.parametrize(
    ("last_day", "free"),
    [
        (date(2027, 11, 1), 5),  # the term began six days ago
        (date(2027, 10, 31), 0),  # seven days ago
        (date(2026, 11, 7), 5),  # it is over since today
        (date(2026, 11, 8), 0),  # today is its last day
    ],
)
def test_year_may_shrink_in_its_first_week_and_after_its_last_day(last_day: date, free: int) -> None:
    assert free_seats(year(5, last_day), DAY) == free


def test_seats_added_to_a_year_may_go_for_a_week() -> None:
    added = year(5, date(2027, 2, 28))
    added.quantity.then(date(2026, 11, 2), 8)
    assert free_seats(added, DAY) == 3
    assert free_seats(added, date(2026, 11, 9)) == 0


def test_purchase_billed_once_has_no_seat() -> None:
    assert subscription(5, billing_term=ONE_TIME).seats(DAY) == 0


def test_ten_of_fourteen_go_now_and_the_rest_when_the_year_ends() -> None:
    rows = [year(96, date(2026, 12, 31)), subscription(10)]
    assert split(rows, [14], DAY) == [Parts(10, 4, 0, "on_date", date(2027, 1, 1))]
    assert split(rows, [10], DAY) == [Parts(10, 0, 0, "now", None)]


def test_first_end_that_is_not_enough_gives_the_next_one() -> None:
    rows = [year(12, date(2027, 1, 31)), year(3, date(2026, 12, 31))]
    assert split(rows, [3, 1], DAY) == [
        Parts(0, 3, 0, "on_date", date(2027, 1, 1)),
        Parts(0, 1, 0, "on_date", date(2027, 2, 1)),
    ]
    assert split(rows, [4], DAY) == [Parts(0, 4, 0, "on_date", date(2027, 2, 1))]


def test_prepaid_year_that_ends_by_itself_is_sunk_and_what_is_missing_is_unknown() -> None:
    prepaid = year(4, date(2027, 2, 28), billing_term=ANNUAL, status=Steps(PENDING_CANCEL))
    assert split([prepaid, subscription(1)], [3], DAY) == [Parts(1, 0, 2, "sunk", None)]
    assert split([subscription(1)], [3], DAY) == [Parts(1, 0, 0, "unknown", None)]
    assert split([], [3], DAY) == [None]


def leak(truth: dict[str, Any], kind: str, customer_id: str, product: Any) -> dict[str, Any]:
    """The one leak of a kind, customer and product."""
    (found,) = [
        row
        for row in truth["leakage"]
        if (row["kind"], row["customer_id"], row["product_id"]) == (kind, customer_id, f"ms:{product.sku_id}")
    ]
    return found


def test_demo_holds_a_mute_of_every_sort(demo_truth: dict[str, Any]) -> None:
    muted = [row for row in demo_truth["leakage"] if row["status"] == "muted"]
    # By its product, by a star of kinds (two), by its customer's only tenant.
    assert [(row["kind"], row["customer_id"]) for row in muted] == [
        ("assigned_to_disabled", "257"),
        ("overbilled", "257"),
        ("shelfware", "255"),
        ("shelfware", "260"),
    ]
    # Expired on the day itself; and one of two tenants.
    assert leak(demo_truth, "shelfware", "250", BASIC)["status"] == "open"
    assert leak(demo_truth, "assigned_to_disabled", "252", PREMIUM)["status"] == "open"


def test_demo_shares_the_seats_that_may_go(demo_truth: dict[str, Any]) -> None:
    columns = ("seats", "recoverable_now_seats", "recoverable_now_amount", "sunk_amount", "recoverable")
    blocked, unused = (
        tuple(leak(demo_truth, kind, "262", EXCHANGE)[column] for column in columns)
        for kind in ("assigned_to_disabled", "shelfware")
    )
    assert blocked == (1, 1, "3.4000", "0.0000", "now")
    assert unused == (3, 1, "3.4000", "6.8000", "sunk")


def test_demo_tells_what_is_paid_for_seats_without_a_price(demo_truth: dict[str, Any]) -> None:
    (copilot,) = [row for row in demo_truth["leakage"] if row["kind"] == "uncontracted" and row["customer_id"] == "253"]
    assert (copilot["seats"], copilot["monthly_amount"], copilot["paid_monthly_amount"]) == (8, None, "204.0000")


def test_demo_backup_matches_without_a_tenant_and_beside_a_purchase_billed_once(demo_truth: dict[str, Any]) -> None:
    (backup,) = [
        row
        for row in demo_truth["license_positions"]
        if row["customer_id"] == "261" and row["product_id"].startswith("pax8:")
    ]
    sides = ("tenant_enabled_seats", "contracted_seats", "distributor_seats", "billed_seats", "verdict")
    assert tuple(backup[side] for side in sides) == (None, 40, 40, 40, "match")
    (once,) = [row for row in demo_truth["subscriptions"] if row["billing_term"] == "one_time"]
    assert (once["seats"], once["monthly_cost_amount"], once["reducible_seats"]) == ("15", None, None)


def test_demo_position_describes_the_committed_part_only(demo_truth: dict[str, Any]) -> None:
    (mixed,) = [
        row
        for row in demo_truth["license_positions"]
        if row["customer_id"] == "255" and row["product_id"] == f"ms:{PREMIUM.sku_id}"
    ]
    columns = ("distributor_seats", "committed_seats", "commitment_term", "term_end_date", "reducible_seats")
    assert tuple(mixed[column] for column in columns) == (106, 96, "P1Y", "2027-01-01", 10)


def test_gap_of_more_than_seven_days_starts_the_count_again(small: World) -> None:
    near = small.truth((date(2026, 10, 20), date(2026, 10, 27), date(2026, 11, 3)))
    far = small.truth((date(2026, 10, 20), date(2026, 10, 27), date(2026, 11, 4)))
    assert leak(near, "shelfware", "250", BASIC)["status"] == "open"
    assert leak(far, "shelfware", "250", BASIC)["status"] == "observing"
