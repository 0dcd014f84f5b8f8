"""When the seats of a subscription may go, by what the vendors document: terms, windows and ends.

A term of a month may shrink any day; a longer one within seven days of its start and, for seats added to it, of the
day on which they were added; else when it ends. A year that was paid ahead and ends by itself gives nothing back.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ingestion.simulator.world.offers import canonical_product_id
from ingestion.simulator.world.plan import Plan
from ingestion.simulator.world.subscriptions import (
    ANNUAL,
    CANCELLED,
    MONTHLY,
    ONE_TIME,
    PENDING_CANCEL,
    SEATED_STATUSES,
    Subscription,
)
from ingestion.simulator.world.truth.rates import rounded

WINDOW = timedelta(days=7)
BILLING_TERMS = {MONTHLY: "monthly", ANNUAL: "annual", ONE_TIME: "one_time"}
COMMITMENTS = {MONTHLY: "P1M", "1-Year": "P1Y"}
STATUSES = {"Active": "active", PENDING_CANCEL: "cancel_pending", CANCELLED: "cancelled"}
SUNK = "sunk"
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Parts:
    """The seats of one finding by when they may go, and the word for all of them."""

    now: int
    later: int
    sunk: int
    word: str
    on_date: date | None


def free_seats(row: Subscription, day: date) -> int | None:
    """Seats that may go on that day; None where nobody knows how long they are bound."""
    if not row.is_committed:
        return row.seats(day) if row.commitment is not None else None
    if row.term_end <= day or day < _term_start(row) + WINDOW:
        return row.seats(day)
    before = [row.quantity.at(day - timedelta(days=back)) for back in range(1, WINDOW.days + 1)]
    return max(row.quantity.at(day) - min(before), 0)


def _term_start(row: Subscription) -> date:
    """First day of the running term: the start, or the day on which a year began that ends with the term."""
    assert row.term_end is not None
    return max(row.start, row.term_end.replace(year=row.term_end.year - 1))


def _fates(rows: Iterable[Subscription], day: date) -> list[date | str]:
    """Every seat of a product with the day on which it may go, in the order in which they go."""
    dated: list[date] = []
    words: list[str] = []
    for row in rows:
        seats, free = row.seats(day), free_seats(row, day)
        dated += [day] * (free or 0)
        bound = seats - (free or 0)
        end = row.end.at(day) or row.term_end
        if row.status.at(day) == PENDING_CANCEL and row.billing_term == ANNUAL:
            words += [SUNK] * bound
        elif end is not None:
            dated += [end] * bound
        else:
            words += [UNKNOWN] * bound
    return [*sorted(dated), *sorted(words)]


def split(rows: Sequence[Subscription], counts: Sequence[int], day: date) -> list[Parts | None]:
    """Seats of a product shared out to its findings, one after the other: no seat is promised twice."""
    fates = _fates(rows, day)
    if not fates:
        return [None for _ in counts]
    shares, taken = [], 0
    for count in counts:
        mine = fates[taken : taken + count]
        mine += [UNKNOWN] * (count - len(mine))
        taken += count
        ends = [fate for fate in mine if isinstance(fate, date)]
        if len(ends) < count:
            word, on_date = (UNKNOWN if UNKNOWN in mine else SUNK), None
        else:
            word, on_date = ("now", None) if max(ends) <= day else ("on_date", max(ends))
        now = sum(end <= day for end in ends)
        shares.append(Parts(now, len(ends) - now, mine.count(SUNK), word, on_date))
    return shares


def subscription_rows(plan: Plan, day: date) -> list[dict[str, Any]]:
    """One row per subscription that the distributor lists on that day."""
    owners = {account.id: account.customer_id or "unassigned" for account in plan.accounts}
    rows = []
    for row in plan.subscriptions:
        if row.account_id is None or day < row.start:
            continue
        living = row.status.at(day) in SEATED_STATUSES
        ends_itself = row.end.at(day) is not None or row.status.at(day) == PENDING_CANCEL
        renews = row.term_end if living and not ends_itself and row.term_end and row.term_end > day else None
        is_seat = living and row.billing_term != ONE_TIME
        rows.append(
            {
                "subscription_key": f"pax8:{row.id}",
                "customer_id": owners[row.account_id],
                "product_id": canonical_product_id(plan.ids, row.product),
                "status": STATUSES[row.status.at(day)],
                "seats": str(row.quantity.at(day)),
                "billing_term": BILLING_TERMS[row.billing_term],
                "commitment_term": COMMITMENTS[row.commitment] if row.commitment else None,
                "term_end_date": row.term_end.isoformat() if row.term_end else None,
                "renews_on_date": renews.isoformat() if renews else None,
                "decide_by_date": (renews - timedelta(days=1)).isoformat() if renews else None,
                "reducible_seats": _text(free_seats(row, day)) if is_seat else None,
                "monthly_cost_amount": str(rounded(row.monthly_cost * row.seats(day))) if is_seat else None,
                "tenant_id": row.tenant_id if living else None,
            }
        )
    return rows


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)
