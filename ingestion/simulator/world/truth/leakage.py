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
from ingestion.simulator.world.subscriptions import CANCELLED
from ingestion.simulator.world.timeline import month_start
from ingestion.simulator.world.truth.rates import UNIT, rounded
from ingestion.simulator.world.truth.seats import Position, positions
from ingestion.simulator.world.truth.terms import Parts, split

OBSERVATIONS_TO_OPEN = 3
MAX_GAP_DAYS = 7
DOCUMENT_KINDS = ("billed_after_cancel",)


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
    unit: Decimal | None = None
    paid: Decimal | None = None
    recoverable: str = "unknown"
    recoverable_on: date | None = None
    now_seats: int | None = None
    now_amount: Decimal | None = None
    later_amount: Decimal | None = None
    sunk_amount: Decimal | None = None

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
    yield from _agreement_leaks(row, day)
    tenant, bought = row.tenant_seats, row.distributor_seats
    if tenant is None:
        return
    excepted = {
        exception.subject_id
        for exception in plan.exceptions
        if exception.rule_or_kind in ("*", "assigned_to_disabled") and day < exception.expires_on
    }
    blocked = [user for user in row.holders if not user.enabled.at(day) and user.id not in excepted]
    # In this order: a seat that may go is promised to one finding only.
    counts = {"assigned_to_disabled": len(blocked), "shelfware": max(tenant - len(row.holders), 0)}
    counts = {kind: count for kind, count in counts.items() if count}
    for (kind, count), parts in zip(counts.items(), split(row.subscriptions, list(counts.values()), day), strict=True):
        yield _cost_leak(kind, row, count, parts, day)
    if row.customer.is_billable and bought is not None and tenant > bought:
        yield Leak("unknown_source", row.customer.key, "product_id", row.product_id, tenant - bought)


def _agreement_leaks(row: Position, day: date) -> Iterator[Leak]:
    held, contracted, tenant, bought = row.held_seats, row.contracted_seats, row.tenant_seats, row.distributor_seats
    if not row.customer.is_billable or contracted is None:
        return
    if held is not None and held > contracted:
        yield _priced_leak("uncontracted", row, held - contracted, day)
    # Every side that exists shows less than the agreement bills; where the customer has no tenant nobody can say.
    sides = [bought, *([tenant] if row.has_tenant_side else [])]
    known = [side for side in sides if side is not None]
    if row.has_tenant and bought is not None and known and contracted > max(known):
        yield _priced_leak("overbilled", row, contracted - max(known), day)


def _priced_leak(kind: str, row: Position, seats: int, day: date) -> Leak:
    price, cost = row.unit_price(day), row.unit_cost(day)
    monthly = None if price is None else rounded(seats * price)
    is_held = kind == "uncontracted"
    return Leak(
        kind,
        row.customer.key,
        "product_id",
        row.product_id,
        seats,
        monthly,
        None if monthly is None else 12 * monthly,
        None if price is None else rounded(price, UNIT),
        rounded(seats * cost) if is_held and cost is not None else None,
        "now" if is_held else "unknown",
    )


def _cost_leak(kind: str, row: Position, seats: int, parts: Parts | None, day: date) -> Leak:
    unit = row.unit_cost(day)
    monthly = None if unit is None else rounded(seats * unit)

    def amount(count: int | None) -> Decimal | None:
        return None if unit is None or count is None else rounded(count * unit)

    return Leak(
        kind,
        row.customer.key,
        "product_id",
        row.product_id,
        seats,
        monthly,
        None if monthly is None else 12 * monthly,
        unit,
        monthly,
        parts.word if parts else "unknown",
        parts.on_date if parts else None,
        parts.now if parts else None,
        amount(parts.now if parts else None),
        amount(parts.later if parts else None),
        amount(parts.sunk if parts else None),
    )


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
                paid=rounded(net / months),
                recoverable="now",
                now_amount=rounded(net / months),
                later_amount=Decimal(0),
                sunk_amount=Decimal(0),
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
    elif _is_muted(plan, leak, observation_dates[-1]):
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
        "unit_amount": _text(leak.unit),
        "paid_monthly_amount": _text(leak.paid),
        "recoverable_now_seats": leak.now_seats,
        "recoverable_now_amount": _text(leak.now_amount),
        "recoverable_later_amount": _text(leak.later_amount),
        "sunk_amount": _text(leak.sunk_amount),
        "recoverable": leak.recoverable,
        "recoverable_on_date": leak.recoverable_on.isoformat() if leak.recoverable_on else None,
        "first_seen_date": min(days).isoformat(),
        "opened_date": opened.isoformat() if opened else None,
        "resolved_date": resolved.isoformat() if resolved else None,
    }


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


def _is_muted(plan: Plan, leak: Leak, day: date) -> bool:
    """A row mutes what it names until the day on which it expires; `*` names all; a tenant only where it is alone."""
    tenants = [tenant.id for tenant in plan.tenants if tenant.customer_id == leak.customer_id]
    alone = tenants[0] if len(tenants) == 1 else None
    return any(
        day < row.expires_on
        and row.rule_or_kind in ("*", leak.kind)
        and row.customer_id in ("*", leak.customer_id)
        and row.tenant_id in ("*", alone)
        and row.subject_id in ("*", leak.subject)
        for row in plan.exceptions
    )
