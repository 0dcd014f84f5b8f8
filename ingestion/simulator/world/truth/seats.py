"""Seats of every customer and product on one day, by side: tenant, holders, distributor, agreement."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ingestion.simulator.world.agreements import BILLABLE, Addition
from ingestion.simulator.world.catalogue import PRODUCTS
from ingestion.simulator.world.customers import Customer
from ingestion.simulator.world.offers import canonical_product_id
from ingestion.simulator.world.people import User
from ingestion.simulator.world.plan import Plan
from ingestion.simulator.world.subscriptions import Subscription
from ingestion.simulator.world.truth.rates import UNIT, converted, rounded


@dataclass
class Position:
    """One customer and product on one day. A side is None where it is not configured, or fractional."""

    customer: Customer
    product_id: str
    tenant_seats: int | None = None
    contracted_seats: int | None = 0
    distributor_seats: int | None = None
    holders: list[User] = field(default_factory=list)
    subscriptions: list[Subscription] = field(default_factory=list)
    lines: list[tuple[Addition, str]] = field(default_factory=list)

    @property
    def held_seats(self) -> int | None:
        """What the customer holds: the distributor's count where there is an account, else the tenant's."""
        return self.tenant_seats if self.distributor_seats is None else self.distributor_seats

    def unit_price(self, day: date) -> Decimal | None:
        """Price per seat and month in the reporting currency: the agreement's, else the catalogue's, else None."""
        priced = [(line, currency) for line, currency in self.lines if line.billable_quantity(day) > 0]
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
                found[key] = Position(
                    customer, product_id, 0 if has_tenant else None, 0, 0 if customer.account is not None else None
                )
            return found[key]

        for tenant in tenants:
            for subscription in tenant.subscriptions:
                if subscription.product.is_free or subscription.is_trial or subscription.graph_status != "Enabled":
                    continue
                position(f"ms:{subscription.product.sku_id}").tenant_seats += subscription.seats(day)
            for user in tenant.present_users(day):
                for product in {row.product for row in user.assignments if user.holds(row.product, day)}:
                    if not product.is_free:
                        position(f"ms:{product.sku_id}").holders.append(user)
        if customer.account is not None:
            for subscription in plan.subscriptions:
                product_id = canonical_product_id(plan.ids, subscription.product)
                if subscription.account_id == customer.account.id and product_id is not None:
                    position(product_id).distributor_seats += subscription.seats(day)
                    position(product_id).subscriptions.append(subscription)
        for agreement in customer.agreements:
            for line in agreement.additions:
                product_id = canonical_product_id(plan.ids, line.product)
                if line.is_active(day) and product_id is not None and not product_id.startswith("psa:"):
                    position(product_id).lines.append((line, agreement.currency))
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
