"""The distributor's monthly invoices as planned, and their Pax8 records."""

from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from ingestion.simulator.world.identifiers import Identifiers
from ingestion.simulator.world.products import Product
from ingestion.simulator.world.shapes import Record
from ingestion.simulator.world.subscriptions import ANNUAL, ONE_TIME, Subscription
from ingestion.simulator.world.timeline import FIRST_DAY, LAST_DAY, add_months, month_end, months_between, next_month

BILLING_DAY = 5
CENT = Decimal("0.01")
PAYMENT_CREDIT = "payment-credit"


@dataclass
class Charge:
    """One invoice item. `end` is the last day of the period; `sends_next_day` shows the other end convention."""

    account_id: str
    kind: str
    term: str
    quantity: Decimal
    unit_cost: Decimal
    total: Decimal
    product: Product | None = None
    subscription_id: str | None = None
    start: date | None = None
    end: date | None = None
    sends_next_day: bool = False
    has_id: bool = True
    description: str = ""


@dataclass
class DistributorInvoice:
    """One partner invoice with the items of all companies."""

    id: str
    date: date
    charges: list[Charge] = field(default_factory=list)


def cents(amount: Decimal) -> Decimal:
    """Rounded to cents, half up."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def bill_subscriptions(ids: Identifiers, subscriptions: list[Subscription]) -> list[DistributorInvoice]:
    """Monthly invoices on the 5th: the month's recurring items, and prorations of changes in the month before."""
    invoices = []
    for month in months_between(FIRST_DAY, LAST_DAY):
        invoice = DistributorInvoice(ids.guid("pax8-invoice", month), month.replace(day=BILLING_DAY))
        for subscription in subscriptions:
            if subscription.account_id is None or subscription.is_trial:
                continue
            invoice.charges += _once(subscription, month)
            invoice.charges += _recurring(subscription, month)
            invoice.charges += _prorations(subscription, add_months(month, -1))
        invoices.append(invoice)
    return invoices


def _once(subscription: Subscription, month: date) -> list[Charge]:
    if subscription.billing_term != ONE_TIME or month != next_month(subscription.start):
        return []
    quantity = Decimal(subscription.quantity.first)
    return [
        Charge(
            subscription.account_id or "",
            "one-time",
            ONE_TIME,
            quantity,
            subscription.cost,
            cents(quantity * subscription.cost),
            subscription.product,
            subscription.id,
        )
    ]


def _recurring(subscription: Subscription, month: date) -> list[Charge]:
    seats = subscription.seats(month) if subscription.start <= month else 0
    if seats == 0:
        return []
    end = month_end(month)
    if subscription.billing_term == ANNUAL:
        if month.month != subscription.start.month:
            return []
        end = month_end(add_months(month, 11))
    quantity = Decimal(seats)
    return [
        Charge(
            subscription.account_id or "",
            "subscription",
            subscription.billing_term,
            quantity,
            subscription.cost,
            cents(quantity * subscription.cost),
            subscription.product,
            subscription.id,
            month,
            end,
            not subscription.has_inclusive_periods,
        )
    ]


def _prorations(subscription: Subscription, month: date) -> list[Charge]:
    charges = []
    days_in_month = (next_month(month) - month).days
    before = subscription.quantity.first
    for day, quantity in subscription.quantity.changes:
        delta, before = quantity - before, quantity
        if day.day == 1 or day.replace(day=1) != month or delta == 0 or subscription.billing_term == ANNUAL:
            continue
        share = Decimal((next_month(month) - day).days) / Decimal(days_in_month)
        unit = (subscription.cost * share).quantize(Decimal("0.000001"), ROUND_HALF_UP)
        charges.append(
            Charge(
                subscription.account_id or "",
                "prorate",
                "Monthly",
                Decimal(delta),
                unit,
                cents(unit * delta),
                subscription.product,
                subscription.id,
                day,
                month_end(month),
            )
        )
    return charges


def invoice_record(invoice: DistributorInvoice) -> Record:
    """The Pax8 invoice."""
    total = sum((charge.total for charge in invoice.charges), Decimal(0))
    return {
        "id": invoice.id,
        "invoiceDate": invoice.date.isoformat(),
        "dueDate": invoice.date.replace(day=25).isoformat(),
        "status": "Paid",
        "total": total,
        "balance": Decimal(0),
        "carriedBalance": Decimal(0),
        "currencyCode": "USD",
        "partnerName": "Harbor & Vine IT",
    }


def item_records(
    ids: Identifiers, invoice: DistributorInvoice, product_ids: dict[str, str], account_names: dict[str, str]
) -> list[Record]:
    """Pax8 items of one invoice, with the private key `_invoiceId` that the server strips."""
    records = []
    for ordinal, charge in enumerate(invoice.charges):
        end = charge.end
        if end is not None and charge.sends_next_day:
            end = next_month(end)
        record: Record = {
            "_invoiceId": invoice.id,
            "id": ids.guid("pax8-item", invoice.id, ordinal),
            "type": charge.kind,
            "companyId": charge.account_id,
            "companyName": account_names[charge.account_id],
            "startPeriod": charge.start.isoformat() if charge.start else None,
            "endPeriod": end.isoformat() if end else None,
            "quantity": charge.quantity,
            "unitOfMeasure": "User",
            "term": charge.term,
            "sku": f"P8-{charge.product.key.upper()}" if charge.product else None,
            "description": charge.description or (charge.product.name if charge.product else ""),
            "details": None,
            "rateType": "FLAT",
            "chargeType": "per",
            "cost": charge.unit_cost,
            "costTotal": charge.total,
            "price": charge.product.price if charge.product else charge.unit_cost,
            "subTotal": charge.total,
            "total": charge.total,
            "amountDue": charge.total,
            "billingFee": Decimal(0),
            "billingFeeRate": Decimal(0),
            "salesTax": Decimal(0),
            "currencyCode": "USD",
            "offeredBy": "Pax8",
            "billedByPax8": False,
            "productId": product_ids.get(charge.product.key) if charge.product else None,
            "productName": charge.product.name if charge.product else charge.description,
            "vendorName": charge.product.vendor if charge.product else None,
            "subscriptionId": charge.subscription_id,
            "purchaseOrderNumber": "N/A",
        }
        if not charge.has_id:
            del record["id"]
        records.append(record)
    return records
