"""Seats of every customer and product on one day, by side: tenant, holders, distributor, its bills, agreement."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from ingestion.simulator.world.agreements import BILLABLE, Addition
from ingestion.simulator.world.catalogue import PRODUCTS
from ingestion.simulator.world.customers import Customer
from ingestion.simulator.world.offers import canonical_product_id
from ingestion.simulator.world.people import User
from ingestion.simulator.world.plan import Plan
from ingestion.simulator.world.products import Product
from ingestion.simulator.world.subscriptions import MONTHS_IN_TERM, Subscription
from ingestion.simulator.world.tenants import Tenant
from ingestion.simulator.world.truth.idleness import is_idle
from ingestion.simulator.world.truth.rates import UNIT, converted, rounded
from ingestion.simulator.world.truth.terms import COMMITMENTS, free_seats

INACTIVE_DAYS = 90
# The distributor's word for the bill of a period.
RECURRING = "subscription"


@dataclass
class Position:
    """One customer and product on one day. A side is None where it is not configured, does not exist, or is fractional.

    is_idle_known: False as soon as one tenant with a holder shows no sign-ins.
    """

    customer: Customer
    product_id: str
    tenant_seats: int | None = None
    contracted_seats: int | None = 0
    distributor_seats: int | None = None
    billed_seats: int | None = None
    has_tenant: bool = False
    holders: list[User] = field(default_factory=list)
    idle_holders: int = 0
    is_idle_known: bool = True
    subscriptions: list[Subscription] = field(default_factory=list)
    lines: list[tuple[Addition, str]] = field(default_factory=list)
    has_unknown_cycle: bool = False

    @property
    def held_seats(self) -> int | None:
        """What the customer holds: the distributor's count where there is an account, else the tenant's."""
        return self.tenant_seats if self.distributor_seats is None else self.distributor_seats

    @property
    def has_tenant_side(self) -> bool:
        """Only products of Microsoft are in a tenant."""
        return self.product_id.startswith("ms:")

    @property
    def is_seen(self) -> bool:
        """True where some side shows a seat; a fraction is one."""
        sides = (self.tenant_seats, self.distributor_seats, self.billed_seats, len(self.holders))
        return self.contracted_seats is None or any((*sides, self.contracted_seats))

    def verdict(self) -> tuple[str, str | None]:
        """Whether every side that exists shows the same seats, and why that cannot be said."""
        if (self.has_tenant_side and not self.has_tenant) or (
            not self.has_tenant_side and self.distributor_seats is None
        ):
            return "unreconcilable", "leg_missing"
        if self.contracted_seats is None:
            return "unreconcilable", "fractional_quantity"
        sides = [self.contracted_seats]
        if self.has_tenant_side:
            sides += [self.tenant_seats, len(self.holders)]
        if self.distributor_seats is not None:
            sides += [self.distributor_seats, self.billed_seats]
        return ("match" if len(set(sides)) == 1 else "mismatch"), None

    def unit_price(self, day: date) -> Decimal | None:
        """Price per seat and month in the reporting currency: the agreement's, else the catalogue's, else None."""
        priced = [(line, currency) for line, currency in self.lines if line.billable_quantity(day) > 0]
        if priced and self.has_unknown_cycle:
            return None
        if priced:
            money = sum((line.billable_quantity(day) * line.price for line, _ in priced), Decimal(0))
            units = sum((line.billable_quantity(day) * line.product.units_per_item for line, _ in priced), Decimal(0))
            return converted_unit(rounded(money / units, UNIT), priced[0][1], day)
        known = [
            product
            for product in PRODUCTS
            if product.psa_id is not None and product.units_per_item == 1 and self.product_id == f"ms:{product.sku_id}"
        ]
        return known[0].price if known else None

    def unit_cost(self, day: date) -> Decimal | None:
        """Cost per seat and month: the distributor's, else the PSA's, else None."""
        seats = sum(row.seats(day) for row in self.subscriptions)
        if seats:
            money = sum((row.monthly_cost * row.seats(day) for row in self.subscriptions), Decimal(0))
            return rounded(money / seats, UNIT)
        if self.has_unknown_cycle:
            return None
        quantity = sum((line.quantity.at(day) * line.product.units_per_item for line, _ in self.lines), Decimal(0))
        if quantity:
            money = sum((line.quantity.at(day) * line.cost for line, _ in self.lines), Decimal(0))
            return rounded(money / quantity, UNIT)
        return None


def converted_unit(amount: Decimal, currency: str, day: date) -> Decimal | None:
    """A unit price in the reporting currency, not rounded further than its parts."""
    if currency == "USD":
        return amount
    one = converted(Decimal(1), currency, day)
    return None if one is None else amount * one


def positions(plan: Plan, day: date) -> list[Position]:
    """All positions of mapped customers and mapped licence products on that day."""
    found: dict[tuple[str, str], Position] = {}
    for customer in plan.customers:
        tenants = [tenant for tenant in plan.tenants if tenant.customer_id == customer.key]

        def position(product_id: str, customer: Customer = customer, has_tenant: bool = bool(tenants)) -> Position:
            key = (customer.key, product_id)
            if key not in found:
                has_account = customer.account is not None
                found[key] = Position(
                    customer,
                    product_id,
                    0 if has_tenant and product_id.startswith("ms:") else None,
                    0,
                    0 if has_account else None,
                    0 if has_account else None,
                    has_tenant,
                )
            return found[key]

        for tenant in tenants:
            for subscription in tenant.subscriptions:
                if subscription.product.is_free or subscription.is_trial or subscription.graph_status != "Enabled":
                    continue
                position(f"ms:{subscription.product.sku_id}").tenant_seats += subscription.seats(day)
            for user in tenant.present_users(day):
                for product in {row.product for row in user.assignments if user.holds(row.product, day)}:
                    if not product.is_free and not _is_trial_only(tenant, product):
                        row = position(f"ms:{product.sku_id}")
                        row.holders.append(user)
                        if user.enabled.at(day):
                            idle = is_idle(plan.ids, user, day, INACTIVE_DAYS)
                            row.is_idle_known &= tenant.has_p1(day) and idle is not None
                            row.idle_holders += bool(idle)
        if customer.account is not None:
            for subscription in plan.subscriptions:
                product_id = canonical_product_id(plan.ids, subscription.product)
                if subscription.account_id == customer.account.id and product_id is not None:
                    position(product_id).distributor_seats += subscription.seats(day)
                    position(product_id).subscriptions.append(subscription)
                    position(product_id).billed_seats += _billed(plan, subscription, day)
        for agreement in customer.agreements:
            for line in agreement.additions:
                product_id = canonical_product_id(plan.ids, line.product)
                if line.is_active(day) and product_id is not None and not product_id.startswith("psa:"):
                    position(product_id).lines.append((line, agreement.currency))
                    # Nobody can say what a month of it costs.
                    is_unknown = line.billable_quantity(day) > 0 and not agreement.cycle.is_known
                    position(product_id).has_unknown_cycle |= is_unknown
    for row in found.values():
        billed = sum(
            (
                line.billable_quantity(day) * line.product.units_per_item
                for line, _ in row.lines
                if line.option == BILLABLE
            ),
            Decimal(0),
        )
        row.contracted_seats = int(billed) if billed == int(billed) else None
    return list(found.values())


def _is_trial_only(tenant: Tenant, product: Product) -> bool:
    trials = [row.is_trial for row in tenant.subscriptions if row.product is product]
    return bool(trials) and all(trials)


def _billed(plan: Plan, subscription: Subscription, day: date) -> int:
    """Seats on the bill of the period that holds the day; before that bill, on the last of a living subscription."""
    bills = [
        charge
        for invoice in plan.distributor_invoices
        if invoice.date <= day
        for charge in invoice.charges
        if charge.subscription_id == subscription.id
        and charge.kind == RECURRING
        and charge.term in MONTHS_IN_TERM
        and charge.start is not None
        and charge.start <= day
    ]
    running = [bill for bill in bills if bill.end >= day]
    if running:
        last = max(running, key=lambda bill: bill.start)
    elif bills and subscription.seats(day):
        last = max(bills, key=lambda bill: bill.start)
    else:
        return 0
    return int(last.quantity)


def position_rows(plan: Plan, day: date) -> list[dict[str, Any]]:
    """One row per position that some side shows."""
    rows = []
    for position in positions(plan, day):
        if not position.is_seen:
            continue
        is_held = position.has_tenant_side and position.has_tenant
        bought = [row for row in position.subscriptions if row.seats(day)]
        free = [free_seats(row, day) for row in bought]
        committed = [row for row in bought if row.is_committed and row.term_end > day]
        first = min(committed, key=lambda row: row.term_end, default=bought[0] if bought else None)
        verdict, reason = position.verdict()
        rows.append(
            {
                "customer_id": position.customer.key,
                "product_id": position.product_id,
                "tenant_enabled_seats": position.tenant_seats,
                "tenant_consumed_seats": len(position.holders) if is_held else None,
                "assigned_disabled_seats": (
                    sum(not user.enabled.at(day) for user in position.holders) if is_held else None
                ),
                "assigned_inactive_seats": position.idle_holders if is_held and position.is_idle_known else None,
                "contracted_seats": position.contracted_seats,
                "distributor_seats": position.distributor_seats,
                "billed_seats": position.billed_seats,
                "reducible_seats": sum(free) if bought and None not in free else None,
                "committed_seats": sum(row.seats(day) for row in committed) if bought else None,
                "commitment_term": COMMITMENTS.get(first.commitment) if first else None,
                "term_end_date": first.term_end.isoformat() if committed else None,
                "verdict": verdict,
                "verdict_reason": reason,
            }
        )
    return rows
