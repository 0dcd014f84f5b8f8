"""Source lines of revenue and cost as an accountant reads the documents, and their spread over months."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ingestion.simulator.world.charges import PAYMENT_CREDIT
from ingestion.simulator.world.customers import UNASSIGNED
from ingestion.simulator.world.identifiers import Identifiers
from ingestion.simulator.world.invoices import VOID, Invoice
from ingestion.simulator.world.offers import canonical_product_id, distributor_product_id
from ingestion.simulator.world.plan import Plan
from ingestion.simulator.world.products import Product
from ingestion.simulator.world.timeline import month_start, months_between, next_month
from ingestion.simulator.world.truth.rates import converted, hourly_cost, rounded

REVENUE = "revenue"
DISTRIBUTOR = "distributor"
PSA_PRODUCT = "psa_product"
EXPENSE = "expense"
LABOR = "labor"


@dataclass(frozen=True)
class Line:
    """One source line. `end` is the last day of its service period; without a period both dates are None."""

    kind: str
    customer_id: str
    day: date
    amount: Decimal
    currency: str
    reporting: Decimal | None
    product_id: str | None = None
    start: date | None = None
    end: date | None = None
    is_residual: bool = False
    is_license: bool = False
    hours: Decimal = Decimal(0)
    billed_hours: Decimal = Decimal(0)
    is_uncosted: bool = False


def shares(line: Line) -> dict[date, Decimal]:
    """The line's reporting amount by month: by days of the period, the last month takes the remainder."""
    if line.reporting is None:
        return {}
    return spread(line.reporting, line)


def spread(amount: Decimal, line: Line) -> dict[date, Decimal]:
    """An amount spread over the months of the line's service period, or put into its document month."""
    if line.start is None or line.end is None:
        return {month_start(line.day): amount}
    months = list(months_between(line.start, line.end))
    total_days = (line.end - line.start).days + 1
    parts: dict[date, Decimal] = {}
    for month in months[:-1]:
        days = (next_month(month) - max(month, line.start)).days
        parts[month] = rounded(amount * days / total_days)
    parts[months[-1]] = amount - sum(parts.values(), Decimal(0))
    return parts


def line_months(line: Line) -> list[date]:
    """The months that a line touches."""
    return list(spread(Decimal(0), line))


def product_key(ids: Identifiers, product: Product) -> str:
    """The canonical product id; an unmapped product keeps an id of its own."""
    known = canonical_product_id(ids, product)
    if known is not None:
        return known
    return f"pax8:{distributor_product_id(ids, product)}" if product.in_distributor else f"psa:{product.psa_id}"


def all_lines(plan: Plan, observation_dates: Sequence[date]) -> list[Line]:
    """Every line known on the last observation date."""
    as_of = observation_dates[-1]
    lines: list[Line] = []
    for invoice in plan.invoices:
        if invoice.date <= as_of and invoice.status.at(as_of) != VOID:
            lines += _invoice_lines(plan, invoice)
    lines += _charge_lines(plan, as_of)
    for expense in plan.expenses:
        if expense.day <= as_of:
            lines.append(_line(EXPENSE, str(expense.customer_id), expense.day, expense.amount, "USD"))
    for entry in plan.time_entries:
        if entry.known_on <= as_of:
            cost = hourly_cost(entry.member, entry.day, observation_dates)
            lines.append(
                _line(
                    LABOR,
                    str(entry.customer_id),
                    entry.day,
                    rounded(entry.hours * cost.amount),
                    cost.currency,
                    hours=entry.hours,
                    billed_hours=entry.hours if entry.is_invoiced(as_of) else Decimal(0),
                    is_uncosted=cost.is_default,
                )
            )
    return lines


def _line(kind: str, customer_id: str, day: date, amount: Decimal, currency: str, **details: object) -> Line:
    amount = rounded(amount)
    return Line(kind, customer_id, day, amount, currency, converted(amount, currency, day), **details)


def _invoice_lines(plan: Plan, invoice: Invoice) -> list[Line]:
    customer_id = str(invoice.customer_id)

    totals = [amount for amount in (invoice.service_total, invoice.expense_total, invoice.agreement_amount) if amount]
    # A credit takes back what its lines name: the document has one sign, and price and cost of every line follow it.
    named = sum((row.amount for row in invoice.lines), Decimal(0)) + sum(totals, Decimal(0))
    is_turned = invoice.is_credit and (invoice.subtotal > 0 or named > 0)
    net = -abs(invoice.subtotal) if invoice.is_credit else invoice.subtotal

    def signed(amount: Decimal) -> Decimal:
        return -amount if is_turned else amount

    def line(kind: str, amount: Decimal, **details: object) -> Line:
        return _line(kind, customer_id, invoice.date, amount, invoice.currency, **details)

    lines = []
    for product_line in invoice.lines:
        identity = {
            "product_id": product_key(plan.ids, product_line.product),
            "start": product_line.start,
            "end": product_line.end,
        }
        lines.append(line(REVENUE, signed(product_line.amount), **identity))
        lines.append(
            line(
                PSA_PRODUCT,
                signed(product_line.cost * product_line.quantity),
                is_license=identity["product_id"].startswith("ms:"),
                **identity,
            )
        )
    lines += [line(REVENUE, signed(amount)) for amount in totals]
    taken_off = (abs(invoice.adjustment), abs(invoice.down_payment))
    lines += [line(REVENUE, -amount) for amount in taken_off if amount]
    if invoice.is_down_payment:
        lines.append(line(REVENUE, net))
    told = sum((row.amount for row in lines if row.kind == REVENUE), Decimal(0))
    residual = net - told
    if residual:
        lines.append(line(REVENUE, residual, is_residual=True))
    return lines


def _charge_lines(plan: Plan, as_of: date) -> list[Line]:
    owners = {account.id: account.customer_id or UNASSIGNED for account in plan.accounts}
    return [
        _line(
            DISTRIBUTOR,
            owners[charge.account_id],
            invoice.date,
            charge.total,
            "USD",
            product_id=product_key(plan.ids, charge.product) if charge.product else None,
            start=charge.start,
            end=charge.end,
            is_license=True,
        )
        for invoice in plan.distributor_invoices
        if invoice.date <= as_of
        for charge in invoice.charges
        if charge.kind != PAYMENT_CREDIT
    ]
