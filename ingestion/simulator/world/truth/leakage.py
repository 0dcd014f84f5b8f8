"""Licence leaks: what is wrong on each observation date, and the life of every finding over them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ingestion.simulator.world.charges import PAYMENT_CREDIT
from ingestion.simulator.world.customers import UNASSIGNED
from ingestion.simulator.world.offers import canonical_product_id, distributor_product_id
from ingestion.simulator.world.plan import Plan
from ingestion.simulator.world.subscriptions import CANCELLED, PENDING_CANCEL, Subscription
from ingestion.simulator.world.timeline import month_start
from ingestion.simulator.world.truth.rates import rounded
from ingestion.simulator.world.truth.seats import Position, positions

OBSERVATIONS_TO_OPEN = 3
MAX_GAP_DAYS = 7
DOCUMENT_KINDS = ("billed_after_cancel",)
COST_KINDS = ("assigned_to_disabled", "shelfware")
RISK_KINDS = ("overbilled", "unknown_source", "unmapped")


@dataclass(frozen=True)
class Leak:
    """One leak as it stands on one day; `subject_kind` says which key of the finding the subject is."""

    kind: str
    customer_id: str
    subject_kind: str
    subject: str
    seats: int | None = None
    monthly: Decimal | None = None
    annual: Decimal | None = None
    recoverable: str = "unknown"
    recoverable_on: date | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes two days' leaks the same finding."""
        return self.kind, self.customer_id, self.subject


def leakage_rows(plan: Plan, observation_dates: Sequence[date]) -> list[dict[str, Any]]:
    """One row per finding with its status as of the last observation date."""
    seen: dict[tuple[str, str, str], dict[date, Leak]] = {}
    for day in observation_dates:
        for leak in leaks_on(plan, day):
            seen.setdefault(leak.key, {})[day] = leak
    return [_row(plan, days, observation_dates) for _, days in sorted(seen.items())]


def leaks_on(plan: Plan, day: date) -> Iterator[Leak]:
    """All leaks that can be seen on that day."""
    for position in positions(plan, day):
        yield from _seat_leaks(plan, position, day)
    yield from _billed_after_cancel(plan, day)
    yield from _unmapped(plan, day)


def _seat_leaks(plan: Plan, row: Position, day: date) -> Iterator[Leak]:
    held, contracted, tenant, bought = row.held_seats, row.contracted_seats, row.tenant_seats, row.distributor_seats
    if row.customer.is_billable and contracted is not None:
        if held is not None and held > contracted:
            yield _seat_leak("uncontracted", row, held - contracted, row.unit_price(day), day)
        if bought is not None and tenant is not None and contracted > max(bought, tenant):
            yield _seat_leak("overbilled", row, contracted - max(bought, tenant), row.unit_price(day), day)
    if tenant is None:
        return
    excepted = {
        exception.subject_id for exception in plan.exceptions if exception.rule_or_kind == "assigned_to_disabled"
    }
    blocked = [user for user in row.holders if not user.enabled.at(day) and user.id not in excepted]
    if blocked:
        yield _seat_leak("assigned_to_disabled", row, len(blocked), row.unit_cost(day), day)
    if tenant > len(row.holders):
        yield _seat_leak("shelfware", row, tenant - len(row.holders), row.unit_cost(day), day)
    if row.customer.is_billable and bought is not None and tenant > bought:
        yield _seat_leak("unknown_source", row, tenant - bought, None, day)


def _seat_leak(kind: str, row: Position, seats: int, unit: Decimal | None, day: date) -> Leak:
    monthly = None if unit is None else rounded(seats * unit)
    recoverable, on_date = "unknown", None
    if kind == "uncontracted":
        recoverable = "now"
    elif kind in COST_KINDS:
        recoverable, on_date = _recoverable(row.subscriptions, seats, day)
    return Leak(
        kind,
        row.customer.key,
        "product_id",
        row.product_id,
        seats,
        monthly,
        None if monthly is None else 12 * monthly,
        recoverable,
        on_date,
    )


def _recoverable(subscriptions: list[Subscription], seats: int, day: date) -> tuple[str, date | None]:
    active = [row for row in subscriptions if row.seats(day) > 0]
    free = sum(row.seats(day) for row in active if row.commitment_end is None)
    if not active:
        return "unknown", None
    if free >= seats:
        return "now", None
    reached = free
    for row in sorted((row for row in active if row.commitment_end is not None), key=lambda row: row.commitment_end):
        reached += row.seats(day)
        if reached >= seats:
            return ("sunk", None) if row.status.at(day) == PENDING_CANCEL else ("on_date", row.commitment_end)
    return "unknown", None


def _billed_after_cancel(plan: Plan, day: date) -> Iterator[Leak]:
    owners = {account.id: account.customer_id for account in plan.accounts}
    for subscription in plan.subscriptions:
        end = subscription.end.at(day)
        if end is None or subscription.status.at(day) != CANCELLED:
            continue
        late = [
            charge
            for invoice in plan.distributor_invoices
            if invoice.date <= day
            for charge in invoice.charges
            if charge.subscription_id == subscription.id
            and charge.kind != PAYMENT_CREDIT
            and charge.start is not None
            and charge.start >= end
        ]
        if late:
            net = sum((charge.total for charge in late), Decimal(0))
            months = len({month_start(charge.start) for charge in late if charge.start is not None})
            yield Leak(
                "billed_after_cancel",
                owners[subscription.account_id or ""] or UNASSIGNED,
                "subscription_id",
                subscription.id,
                None,
                rounded(net / months),
                rounded(net),
                "now",
            )


def _unmapped(plan: Plan, day: date) -> Iterator[Leak]:
    for tenant in plan.tenants:
        if tenant.customer_id is None:
            yield Leak("unmapped", UNASSIGNED, "external", f"tenant:{tenant.id}")
    accounts = {account.id: account for account in plan.accounts}
    found: dict[tuple[str, str], None] = {}
    for subscription in plan.subscriptions:
        account = accounts.get(subscription.account_id or "")
        if account is None or subscription.seats(day) == 0:
            continue
        if account.customer_id is None:
            found[UNASSIGNED, f"pax8:{account.id}"] = None
        elif canonical_product_id(plan.ids, subscription.product) is None:
            found[account.customer_id, f"pax8:{distributor_product_id(plan.ids, subscription.product)}"] = None
    for customer in plan.customers:
        for agreement in customer.agreements:
            for line in agreement.additions:
                if line.is_active(day) and canonical_product_id(plan.ids, line.product) is None:
                    found[customer.key, f"psa:{line.product.psa_code}"] = None
    for customer_id, subject in found:
        yield Leak("unmapped", customer_id, "external", subject)


def _row(plan: Plan, days: dict[date, Leak], observation_dates: Sequence[date]) -> dict[str, Any]:
    last_seen = max(days)
    leak = days[last_seen]
    needed = 1 if leak.kind in DOCUMENT_KINDS else OBSERVATIONS_TO_OPEN
    opened, run, before = None, 0, None
    for day in observation_dates:
        is_next = before is not None and (day - before).days <= MAX_GAP_DAYS
        run = (run + 1 if is_next else 1) if day in days else 0
        before = day
        if run >= needed and opened is None:
            opened = day
    resolved = next((day for day in observation_dates if day > last_seen), None)
    status = "open" if opened is not None else "observing"
    if resolved is not None:
        status = "resolved"
    elif _is_muted(plan, leak):
        status = "muted"
    return {
        "kind": leak.kind,
        "customer_id": leak.customer_id,
        "product_id": leak.subject if leak.subject_kind == "product_id" else None,
        "subscription_id": leak.subject if leak.subject_kind == "subscription_id" else None,
        "external": leak.subject if leak.subject_kind == "external" else None,
        "seats": leak.seats,
        "monthly_amount": None if leak.monthly is None else str(leak.monthly),
        "annual_amount": None if leak.annual is None else str(leak.annual),
        "status": status,
        "recoverable": leak.recoverable,
        "recoverable_on_date": leak.recoverable_on.isoformat() if leak.recoverable_on else None,
        "first_seen_date": min(days).isoformat(),
        "opened_date": opened.isoformat() if opened else None,
        "resolved_date": resolved.isoformat() if resolved else None,
    }


def _is_muted(plan: Plan, leak: Leak) -> bool:
    return any(
        row.rule_or_kind == leak.kind and row.customer_id == leak.customer_id and row.subject_id == leak.subject
        for row in plan.exceptions
    )
