"""Plants leaks into consistent sales and records what was planted, for the tests and the scorer."""

from datetime import date
from decimal import Decimal

from ingestion.simulator.world.builder import Builder, Sale
from ingestion.simulator.world.catalogue import ARCHIVE_UNMAPPED, LEGACY_LICENSE
from ingestion.simulator.world.charges import Charge, DistributorInvoice, cents
from ingestion.simulator.world.customers import UNASSIGNED, Customer
from ingestion.simulator.world.offers import canonical_product_id, distributor_product_id
from ingestion.simulator.world.people import Assignment, User
from ingestion.simulator.world.plan import Planted
from ingestion.simulator.world.products import Product
from ingestion.simulator.world.subscriptions import CANCELLED, ONE_TIME, Subscription
from ingestion.simulator.world.tenants import Tenant
from ingestion.simulator.world.timeline import FIRST_DAY, Steps, month_end, months_between

OPEN = "open"


def _record(b: Builder, kind: str, customer_id: str, subject: str, seats: int | None, status: str = OPEN) -> None:
    b.plan.planted.append(Planted(kind, customer_id, subject, seats, status))


def _product_id(b: Builder, product: Product) -> str:
    return canonical_product_id(b.ids, product) or ""


def uncontracted(b: Builder, sale: Sale, seats: int, settled_on: date | None = None) -> None:
    """The agreement bills fewer seats than the customer holds, until it is settled."""
    quantity = sale.addition.quantity
    sale.addition.quantity = Steps(quantity.first - seats, [(day, value - seats) for day, value in quantity.changes])
    if settled_on is not None:
        sale.addition.quantity.then(settled_on, Decimal(sale.seats))
    _record(
        b, "uncontracted", sale.customer.key, _product_id(b, sale.product), seats, "resolved" if settled_on else OPEN
    )


def never_contracted(b: Builder, sale: Sale, status: str = OPEN) -> None:
    """A product that the customer holds and no agreement line bills; the sale was made without a line."""
    _record(b, "uncontracted", sale.customer.key, _product_id(b, sale.product), sale.seats, status)


def overbilled(b: Builder, sale: Sale, seats: int, status: str = OPEN) -> None:
    """The agreement still bills seats that were given back."""
    sale.addition.quantity = Steps(Decimal(sale.seats + seats))
    _record(b, "overbilled", sale.customer.key, _product_id(b, sale.product), seats, status)


def shelfware(
    b: Builder, sale: Sale, seats: int, since: date | None = None, until: date | None = None, status: str = OPEN
) -> None:
    """Seats that nobody holds: the last holders lose theirs, on a day or from the start, and may get it back."""
    for user in sale.holders[-seats:]:
        assignment = next(row for row in user.assignments if row.product is sale.product)
        if since is None:
            user.assignments.remove(assignment)
        else:
            assignment.end = since
        if until is not None:
            user.assignments.append(Assignment(sale.product, start=until))
    _record(b, "shelfware", sale.customer.key, _product_id(b, sale.product), seats, status)


def assigned_to_disabled(b: Builder, sale: Sale, seats: int, since: date | None = None, status: str = OPEN) -> None:
    """Holders whose sign-in is blocked, from the start or from a day on; they come first among the holders."""
    for user in sale.holders[:seats]:
        user.enabled = Steps(False) if since is None else Steps(True).then(since, False)
    _record(b, "assigned_to_disabled", sale.customer.key, _product_id(b, sale.product), seats, status)


def unknown_source(b: Builder, sale: Sale, tenant: Tenant, seats: int) -> None:
    """Seats in the tenant that did not come through our distributor; they have holders."""
    b.subscribe(sale.customer, tenant, sale.product, Steps(seats), False)
    for user in b.next_staff(tenant, seats):
        user.assignments.append(Assignment(sale.product))
    _record(b, "unknown_source", sale.customer.key, _product_id(b, sale.product), seats)


def bought_once(b: Builder, customer: Customer, product: Product, quantity: int, day: date) -> None:
    """A purchase that is billed once: no seat, no monthly cost, nothing that could leak."""
    once = b.subscribe(customer, None, product, Steps(quantity), True, start=day)
    once.billing_term, once.commitment = ONE_TIME, None


def billed_after_cancel(b: Builder, customer: Customer, product: Product, seats: int, ended: date) -> Subscription:
    """A subscription that ended, and whose charges went on with the following months."""
    subscription = b.subscribe(customer, None, product, Steps(seats), True)
    subscription.status = Steps("Active").then(ended, CANCELLED)
    subscription.end = Steps(None).then(ended, ended)
    _record(b, "billed_after_cancel", customer.key, subscription.id, None)
    return subscription


def keep_billing(
    invoices: list[DistributorInvoice], subscription: Subscription, first_month: date, last_day: date
) -> None:
    """Adds the charges of months after a subscription's end."""
    quantity = Decimal(subscription.quantity.first)
    for month in months_between(first_month, last_day):
        invoice = next(row for row in invoices if row.date.replace(day=1) == month)
        invoice.charges.append(
            Charge(
                subscription.account_id or "",
                "subscription",
                "Monthly",
                quantity,
                subscription.cost,
                cents(quantity * subscription.cost),
                subscription.product,
                subscription.id,
                month,
                month_end(month),
            )
        )


def unmapped_tenant(b: Builder, tenant: Tenant) -> None:
    """A tenant that no customer claims."""
    _record(b, "unmapped", UNASSIGNED, f"tenant:{tenant.id}", None)


def unmapped_account(b: Builder, name: str, product: Product, seats: int) -> Subscription:
    """A company at the distributor that maps to no customer and costs money."""
    account = b.account(None, name, "none")
    subscription = b.subscribe(Customer(0, name, None, account=account), None, product, Steps(seats), True)
    _record(b, "unmapped", UNASSIGNED, f"pax8:{account.id}", None)
    return subscription


def unmapped_distributor_product(b: Builder, customer: Customer, seats: int) -> None:
    """A distributor product that no mapping covers."""
    b.subscribe(customer, None, ARCHIVE_UNMAPPED, Steps(seats), True)
    _record(b, "unmapped", customer.key, f"pax8:{distributor_product_id(b.ids, ARCHIVE_UNMAPPED)}", None)


def unmapped_item(b: Builder, customer: Customer, quantity: str) -> None:
    """A PSA item with a commerce part number that no seed knows."""
    b.add_line(customer.agreements[0], LEGACY_LICENSE, Steps(Decimal(quantity)))
    _record(b, "unmapped", customer.key, f"psa:{LEGACY_LICENSE.psa_code}", None)


def readd_line(sale: Sale, day: date, b: Builder) -> None:
    """The agreement line is cancelled and added again on the same day: nothing changes."""
    sale.addition.cancelled = Steps(None).then(day, day)
    agreement = sale.customer.agreements[0]
    b.add_line(agreement, sale.product, Steps(sale.addition.quantity.at(day)), sale.addition.price, effective=day)


def hold_twice(sale: Sale, group_id: str, count: int) -> None:
    """Some holders also get the product through a group: still one seat each."""
    for user in sale.holders[:count]:
        user.assignments.append(Assignment(sale.product, group_id))


def fail_assignment(b: Builder, tenant: Tenant, product: Product, group_id: str) -> None:
    """A group assignment in state Error, which consumes nothing."""
    user = b.user(tenant)
    user.assignments.append(Assignment(product, group_id, "Error", FIRST_DAY))


def license_shared_mailbox(b: Builder, sale: Sale, tenant: Tenant, alias: str) -> str:
    """A blocked account that needs its licence takes the place of a holder; returns the account's object id."""
    user = b.user(tenant, alias, enabled=Steps(False))
    leaver = sale.holders.pop()
    leaver.assignments = [row for row in leaver.assignments if row.product is not sale.product]
    user.assignments.append(Assignment(sale.product))
    return user.id


def move_license(sale: Sale, receiver: User, day: date) -> None:
    """The last holder's seat goes to another user on one day."""
    assignment = next(row for row in sale.holders[-1].assignments if row.product is sale.product)
    assignment.end = day
    receiver.assignments.append(Assignment(sale.product, start=day))


def end_sale(sale: Sale, day: date) -> None:
    """A sale that ends cleanly: subscription, agreement line and holders stop on the same day."""
    sale.subscription.status = Steps("Active").then(day, CANCELLED)
    sale.subscription.end = Steps(None).then(day, day)
    sale.addition.cancelled = Steps(None).then(day, day)
    for user in sale.holders:
        for assignment in user.assignments:
            if assignment.product is sale.product:
                assignment.end = day
