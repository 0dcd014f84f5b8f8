"""The demo MSP's fifteen months of labour and documents."""

from datetime import date
from decimal import Decimal

from ingestion.simulator.world import defects, money_cases, staffing
from ingestion.simulator.world.billing import Workload, bill_agreement, charge_work, number_documents, work
from ingestion.simulator.world.builder import Builder
from ingestion.simulator.world.catalogue import APPS, BACKUP
from ingestion.simulator.world.charges import bill_subscriptions
from ingestion.simulator.world.customers import Customer
from ingestion.simulator.world.labour import UNCHARGED, Expense, TimeEntry
from ingestion.simulator.world.timeline import LAST_DAY

# Entries per month by customer; the rest of the split is the same for all.
ENTRIES = {
    250: 24,
    251: 16,
    252: 14,
    253: 30,
    254: 10,
    255: 16,
    256: 12,
    257: 34,
    258: 8,
    259: 4,
    260: 10,
    261: 14,
    263: 12,
}


def bill(b: Builder, seed: int) -> None:
    """Time, expenses, PSA invoices and distributor invoices, numbered."""
    plan = b.plan
    plan.members = staffing.technicians()
    known, hidden = tuple(row for row in plan.members if row.id != 15), plan.members[4]
    customers = {customer.id: customer for customer in plan.customers}
    cancelled = defects.billed_after_cancel(b, customers[261], APPS, 7, date(2026, 9, 1))
    for number, entries in ENTRIES.items():
        work(plan, Workload(customers[number], entries, known), seed)
    work(plan, Workload(customers[262], 9, (hidden, hidden, known[0])), seed)
    _internal_time(plan.time_entries, customers[2], known)
    for customer in plan.customers:
        for agreement in customer.agreements:
            bill_agreement(plan, agreement)
    _cases(b, customers)
    charge_work(plan, _expenses(b, customers))
    money_cases.covered_hours(plan, customers[250], date(2026, 4, 1), 1)
    money_cases.covered_hours(plan, customers[257], date(2026, 5, 1), -1)
    plan.distributor_invoices = bill_subscriptions(b.ids, plan.subscriptions)
    defects.keep_billing(plan.distributor_invoices, cancelled, date(2026, 9, 1), LAST_DAY)
    backup = next(
        row for row in plan.subscriptions if row.product is BACKUP and row.account_id == customers[261].account.id
    )
    money_cases.distributor_extras(
        plan.distributor_invoices, customers[250].account, customers[253].account, customers[251].account, backup
    )
    number_documents(plan)


def _internal_time(entries: list[TimeEntry], msp: Customer, members: tuple) -> None:
    for month in range(8, 24):
        day = date(2025 + (month - 1) // 12, (month - 1) % 12 + 1, 5)
        if day <= LAST_DAY:
            entries.append(
                TimeEntry(members[month % 5], msp.id, day, Decimal("3.50"), UNCHARGED, charge_code="Meeting")
            )


def _cases(b: Builder, customers: dict[int, Customer]) -> None:
    plan = b.plan
    money_cases.hardware_with_discount(plan, customers[250], date(2026, 2, 17))
    money_cases.negative_proration(plan, customers[250], date(2026, 3, 11))
    money_cases.prepaid_year(plan, customers[250], date(2025, 10, 1), "4")
    money_cases.prepaid_year(plan, customers[253], date(2026, 6, 15), "7")
    money_cases.prepaid_license_year(plan, customers[252], date(2025, 11, 1), "20")
    money_cases.credit_with_positive_sign(plan, customers[250], date(2026, 5, 20))
    money_cases.credit_with_negative_sign(plan, customers[253], date(2026, 4, 8))
    money_cases.credit_with_mixed_lines(plan, customers[252], date(2026, 6, 22))
    money_cases.credit_with_negative_total_over_positive_lines(plan, customers[253], date(2026, 7, 13))
    money_cases.down_payment(plan, customers[255], date(2026, 8, 3), date(2026, 9, 28))
    money_cases.voided_later(plan, customers[252], date(2026, 7, 15), date(2026, 10, 29))
    money_cases.billed_to_parent(plan, customers[262], customers[255], date(2026, 8, 19))
    money_cases.foreign_currency(plan, customers[260], date(2026, 9, 9), "CAD")


def _expenses(b: Builder, customers: dict[int, Customer]) -> list[Expense]:
    member = b.plan.members[0]
    billed = [
        Expense(member, 250, date(2026, 1, 14), Decimal("64.20")),
        Expense(member, 253, date(2026, 6, 9), Decimal("118.75")),
    ]
    unbilled = [
        Expense(member, 257, date(2026, 3, 4), Decimal("22.10")),
        Expense(member, 253, date(2026, 10, 7), Decimal("9.99")),
    ]
    b.plan.expenses += billed + unbilled
    return billed
