"""Writes the PSA's documents of fifteen months: agreement invoices, invoices of charged work, and their numbers."""

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from random import Random

from ingestion.simulator.world.agreements import BILLABLE, Agreement
from ingestion.simulator.world.charges import cents
from ingestion.simulator.world.customers import Customer
from ingestion.simulator.world.invoices import AGREEMENT, STANDARD, Invoice, ProductLine
from ingestion.simulator.world.labour import CHARGED, COVERED, UNCHARGED, Expense, Member, TimeEntry
from ingestion.simulator.world.plan import Plan
from ingestion.simulator.world.timeline import (
    FIRST_DAY,
    LAST_DAY,
    add_months,
    month_end,
    month_start,
    months_between,
    workdays,
)

FIRST_DOCUMENT_ID = 20_000
# By the clock on the wall, late and early ones too: their day is another one in UTC.
BEGINNINGS = (time(13), time(22, 30), time(9, 15), time(0, 30))
QUARTER_HOUR = Decimal("0.25")


@dataclass(frozen=True)
class Workload:
    """How much a customer is worked for: entries per month, who works, and percent charged and not charged."""

    customer: Customer
    entries: int
    members: tuple[Member, ...]
    charged_percent: int = 15
    uncharged_percent: int = 15
    first_month: date = FIRST_DAY


def bill_agreement(plan: Plan, agreement: Agreement) -> None:
    """One invoice on the first month of each cycle, with lines where the agreement shows them."""
    for month in months_between(max(agreement.start, FIRST_DAY), LAST_DAY):
        if month in agreement.unbilled_months or month < agreement.start:
            continue
        months = agreement.cycle.months
        if ((month.year - agreement.start.year) * 12 + month.month - agreement.start.month) % months:
            continue
        lines: list[ProductLine] = []
        hidden = agreement.extra_amount
        flat = agreement.bill_amount * months
        for addition in agreement.additions:
            if not addition.is_active(month):
                continue
            is_billable = addition.option == BILLABLE
            quantity = addition.billable_quantity(month) if is_billable else addition.quantity.at(month)
            line = ProductLine(
                addition.product,
                quantity,
                addition.price * months,
                addition.cost * months,
                addition.option,
                start=month,
                end=month_end(add_months(month, months - 1)),
                agreement_id=agreement.id,
            )
            if agreement.has_invoice_lines and addition.has_invoice_lines:
                lines.append(line)
            else:
                hidden += line.amount
        subtotal = cents(flat + hidden + sum((line.amount for line in lines), Decimal(0)))
        plan.invoices.append(
            Invoice(
                AGREEMENT,
                agreement.customer_id,
                month,
                agreement.currency,
                subtotal,
                agreement.id,
                flat,
                lines,
            )
        )


def work(plan: Plan, load: Workload, seed: int) -> None:
    """Time entries of a customer over all months, on workdays only."""
    dice = Random(f"{seed}|labour|{load.customer.id}")
    agreement_id = load.customer.agreements[0].id if load.customer.agreements else None
    for month in months_between(load.first_month, LAST_DAY):
        days = workdays(month, LAST_DAY)
        for _ in range(load.entries):
            day, member = dice.choice(days), dice.choice(load.members)
            hours, roll = QUARTER_HOUR * dice.randint(1, 16), dice.randrange(100)
            kind = COVERED
            if roll < load.charged_percent:
                kind = CHARGED
            elif roll < load.charged_percent + load.uncharged_percent or agreement_id is None:
                kind = UNCHARGED
            plan.time_entries.append(
                TimeEntry(
                    member,
                    load.customer.id,
                    day,
                    hours,
                    kind,
                    agreement_id if kind == COVERED else None,
                    begins=BEGINNINGS[len(plan.time_entries) % len(BEGINNINGS)],
                )
            )


def charge_work(plan: Plan, billed_expenses: list[Expense]) -> None:
    """One invoice on the last day of a month for a customer's charged work and billed expenses of that month."""
    currencies = {customer.id: customer.currency for customer in plan.customers}
    invoices: dict[tuple[int, date], Invoice] = {}

    def invoice_of(customer_id: int, day: date) -> Invoice | None:
        last = month_end(day)
        if last > LAST_DAY:
            return None
        key = (customer_id, month_start(day))
        if key not in invoices:
            invoices[key] = Invoice(STANDARD, customer_id, last, currencies[customer_id], Decimal(0))
        return invoices[key]

    for entry in plan.time_entries:
        if entry.kind == CHARGED:
            entry.invoice = invoice_of(entry.customer_id, entry.day)
            if entry.invoice is not None:
                entry.invoice.service_total += entry.amount
                entry.invoice.subtotal += entry.amount
    for expense in billed_expenses:
        expense.invoice = invoice_of(expense.customer_id, expense.day)
        if expense.invoice is not None:
            expense.invoice.expense_total += expense.amount
            expense.invoice.subtotal += expense.amount
    plan.invoices += list(invoices.values())


def number_documents(plan: Plan) -> None:
    """Ids in the order of dates, so that newer documents have greater ids as in a live system."""
    plan.invoices.sort(key=lambda row: (row.date, row.customer_id, row.kind, row.subtotal))
    for number, invoice in enumerate(plan.invoices, FIRST_DOCUMENT_ID):
        invoice.id = number
    lines = [line for invoice in plan.invoices for line in invoice.lines]
    for number, line in enumerate(lines, FIRST_DOCUMENT_ID):
        line.id = number
    plan.time_entries.sort(key=lambda row: row.day)
    for number, entry in enumerate(plan.time_entries, FIRST_DOCUMENT_ID):
        entry.id = number
    plan.expenses.sort(key=lambda row: row.day)
    for number, expense in enumerate(plan.expenses, FIRST_DOCUMENT_ID):
        expense.id = number
