"""Plants the odd documents: credits, voids, prepaid years, discounts, negative lines, and the distributor's extras."""

from datetime import date
from decimal import Decimal

from ingestion.simulator.world.catalogue import BACKUP, DOMAIN_SERVICE, EXCHANGE, LAPTOP, PREMIUM
from ingestion.simulator.world.charges import PAYMENT_CREDIT, Charge, DistributorInvoice, cents
from ingestion.simulator.world.customers import Account, Customer
from ingestion.simulator.world.invoices import (
    CENT,
    CREDIT_MEMO,
    DOWN_PAYMENT,
    SENT,
    STANDARD,
    VOID,
    Invoice,
    ProductLine,
)
from ingestion.simulator.world.plan import Plan
from ingestion.simulator.world.subscriptions import Subscription
from ingestion.simulator.world.timeline import Steps, add_months, month_end


def _invoice(plan: Plan, customer: Customer, day: date, lines: list[ProductLine], **details: object) -> Invoice:
    subtotal = cents(sum((line.amount for line in lines), Decimal(0)))
    invoice = Invoice(STANDARD, customer.id, day, customer.currency, subtotal, lines=lines, **details)
    plan.invoices.append(invoice)
    return invoice


def hardware_with_discount(plan: Plan, customer: Customer, day: date) -> None:
    """Goods without a service period and with a discount: revenue and other cost of the document's month."""
    _invoice(
        plan, customer, day, [ProductLine(LAPTOP, Decimal(5), LAPTOP.price, LAPTOP.cost, discount=Decimal("100.00"))]
    )


def negative_proration(plan: Plan, customer: Customer, day: date) -> None:
    """A corrected quantity: a positive line and a negative one for part of a month, on one invoice."""
    start, end = day.replace(day=11), month_end(day)
    _invoice(
        plan,
        customer,
        end,
        [
            ProductLine(LAPTOP, Decimal(1), LAPTOP.price, LAPTOP.cost),
            ProductLine(PREMIUM, Decimal(-3), Decimal("17.883871"), Decimal("12.667742"), start=start, end=end),
        ],
    )


def prepaid_year(plan: Plan, customer: Customer, start: date, quantity: str) -> None:
    """A service paid a year ahead; the last day of the period is included."""
    end = month_end(add_months(start, 11)) if start.day == 1 else start.replace(year=start.year + 1, day=start.day - 1)
    _invoice(
        plan,
        customer,
        start,
        [ProductLine(DOMAIN_SERVICE, Decimal(quantity), Decimal("120.00"), Decimal("36.00"), start=start, end=end)],
    )


def prepaid_license_year(plan: Plan, customer: Customer, start: date, quantity: str) -> None:
    """A licence year sold by the PSA whose distributor charges begin in the middle of it."""
    _invoice(
        plan,
        customer,
        start,
        [
            ProductLine(
                EXCHANGE,
                Decimal(quantity),
                Decimal("57.60"),
                Decimal("40.80"),
                start=start,
                end=month_end(add_months(start, 11)),
            )
        ],
    )


def credit_with_positive_sign(plan: Plan, customer: Customer, day: date) -> None:
    """A credit memo whose amounts the vendor sends as positive numbers."""
    line = ProductLine(LAPTOP, Decimal(1), Decimal("150.00"), Decimal(0))
    plan.invoices.append(Invoice(CREDIT_MEMO, customer.id, day, customer.currency, line.amount, lines=[line]))


def credit_with_negative_sign(plan: Plan, customer: Customer, day: date) -> None:
    """A credit memo without lines whose total the vendor sends as a negative number."""
    plan.invoices.append(Invoice(CREDIT_MEMO, customer.id, day, customer.currency, Decimal("-80.00")))


def credit_with_mixed_lines(plan: Plan, customer: Customer, day: date) -> None:
    """A credit of 85.00 sent as a positive amount: goods taken back, less a fee and a discount that stay with us."""
    lines = [
        ProductLine(LAPTOP, Decimal(1), Decimal("100.00"), Decimal("70.00")),
        ProductLine(LAPTOP, Decimal(-1), Decimal("10.00"), Decimal("5.00")),
        ProductLine(LAPTOP, Decimal(-1), Decimal("5.00"), Decimal(0)),
    ]
    plan.invoices.append(Invoice(CREDIT_MEMO, customer.id, day, customer.currency, Decimal("85.00"), lines=lines))


def credit_with_negative_total_over_positive_lines(plan: Plan, customer: Customer, day: date) -> None:
    """A credit whose total is negative, as ConnectWise asks, over lines that name the goods as positive amounts."""
    lines = [
        ProductLine(LAPTOP, Decimal(1), Decimal("60.00"), Decimal("40.00")),
        ProductLine(LAPTOP, Decimal(-1), Decimal("7.50"), Decimal("2.00")),
    ]
    plan.invoices.append(Invoice(CREDIT_MEMO, customer.id, day, customer.currency, Decimal("-52.50"), lines=lines))


def covered_hours(plan: Plan, customer: Customer, month: date, sign: int) -> None:
    """Half of a month's charged time turns out to be covered: its lines stay at full value, the total is lower."""
    invoice = next(
        row
        for row in plan.invoices
        if row.customer_id == customer.id and row.date == month_end(month) and row.service_total
    )
    covered = (invoice.service_total / 2).quantize(CENT)
    # Which sign the vendor gives this amount is not documented; the documents of this world have both.
    invoice.adjustment = sign * covered
    invoice.subtotal -= covered


def down_payment(plan: Plan, customer: Customer, asked: date, applied: date) -> None:
    """A down payment of 500.00, and the delivery later that takes it off."""
    plan.invoices.append(Invoice(DOWN_PAYMENT, customer.id, asked, customer.currency, Decimal("500.00")))
    invoice = _invoice(plan, customer, applied, [ProductLine(LAPTOP, Decimal(1), LAPTOP.price, LAPTOP.cost)])
    invoice.down_payment = Decimal("500.00")
    invoice.subtotal -= invoice.down_payment


def voided_later(plan: Plan, customer: Customer, day: date, voided_on: date) -> None:
    """An invoice that is revenue until it is voided."""
    plan.invoices.append(
        Invoice(
            STANDARD, customer.id, day, customer.currency, Decimal("999.00"), status=Steps(SENT).then(voided_on, VOID)
        )
    )


def billed_to_parent(plan: Plan, customer: Customer, parent: Customer, day: date) -> None:
    """Work for a customer that its parent pays: profit belongs to the customer."""
    _invoice(plan, customer, day, [ProductLine(LAPTOP, Decimal(2), LAPTOP.price, LAPTOP.cost)], bill_to_id=parent.id)


def foreign_currency(plan: Plan, customer: Customer, day: date, currency: str) -> None:
    """An invoice in a currency without a usable rate."""
    plan.invoices.append(Invoice(STANDARD, customer.id, day, currency, Decimal("410.00")))


def distributor_extras(
    invoices: list[DistributorInvoice], one_time: Account, fee: Account, rebate: Account, usage: Subscription
) -> None:
    """A service without subscription or period, a fee, a rebate, a payment, usage in arrears, items without id."""

    def invoice_of(year: int, month: int) -> DistributorInvoice:
        return next(row for row in invoices if (row.date.year, row.date.month) == (year, month))

    invoice_of(2026, 2).charges.append(
        Charge(
            one_time.id,
            "one-time",
            "One-Time",
            Decimal(1),
            Decimal("250.00"),
            Decimal("250.00"),
            description="Migration service",
        )
    )
    for year, month in ((2025, 11), (2026, 11)):
        invoice_of(year, month).charges.append(
            Charge(
                fee.id,
                "service-charge",
                "One-Time",
                Decimal(1),
                Decimal("35.00"),
                Decimal("35.00"),
                description="Support fee",
            )
        )
    invoice_of(2026, 5).charges.append(
        Charge(
            rebate.id, "rebate", "Rebate", Decimal(1), Decimal("-25.40"), Decimal("-25.40"), description="Volume rebate"
        )
    )
    invoice_of(2026, 6).charges.append(
        Charge(
            fee.id,
            PAYMENT_CREDIT,
            "One-Time",
            Decimal(1),
            Decimal("-500.00"),
            Decimal("-500.00"),
            description="Payment received",
        )
    )
    for month in range(3, 12):
        first = add_months(date(2026, month, 1), -1)
        invoice_of(2026, month).charges.append(
            Charge(
                usage.account_id or "",
                "subscription",
                "Arrears",
                Decimal("12.5"),
                Decimal("0.304"),
                Decimal("3.80"),
                BACKUP,
                usage.id,
                first,
                month_end(first),
                description="Storage used",
            )
        )
    for invoice in invoices[4:7]:
        for charge in invoice.charges[::3]:
            charge.has_id = False
