"""A small MSP for tests: four companies, three tenants, about forty users, every kind of planted leak."""

from datetime import date
from decimal import Decimal

from ingestion.simulator.world import access_cases, defects, governance, mail_scenario, money_cases, staffing
from ingestion.simulator.world.billing import Workload, bill_agreement, charge_work, number_documents, work
from ingestion.simulator.world.builder import Builder
from ingestion.simulator.world.catalogue import (
    APPS,
    BACKUP,
    BASIC,
    COPILOT,
    E5,
    EXCHANGE,
    PREMIUM,
    STANDARD,
    USER_SUPPORT,
)
from ingestion.simulator.world.charges import bill_subscriptions
from ingestion.simulator.world.customers import INTERNAL, Customer
from ingestion.simulator.world.labour import UNCHARGED, Expense, TimeEntry
from ingestion.simulator.world.people import CAPABLE, NOT_REGISTERED
from ingestion.simulator.world.plan import ExceptionRow, Plan
from ingestion.simulator.world.subscriptions import Subscription
from ingestion.simulator.world.timeline import LAST_DAY, OBSERVATION_DATES, Steps

DAYS_BETWEEN_MAILS = 12


def plan(seed: int) -> Plan:
    """The plan of the small MSP."""
    b = Builder(seed)
    own = b.customer(2, "Harbor & Vine IT", "https://harborvine.example", kind=INTERNAL)
    alder = b.customer(250, "Alder Logistics", "https://www.alder.example")
    bjork = b.customer(251, "Björk & Söner AB", "https://bjork.example", currency="EUR")
    iris = b.customer(259, "Iris Media", "https://irismedia.example")
    _msp(b, own)
    _alder(b, alder)
    _bjork(b, bjork)
    _iris(b, iris)
    defects.unmapped_account(b, "Somebody Else Ltd", BASIC, 7)
    cancelled = defects.billed_after_cancel(b, alder, APPS, 2, date(2026, 9, 1))
    governance.small(b)
    mail_scenario.correspond(b, DAYS_BETWEEN_MAILS)
    _bill(b, seed, cancelled)
    return b.plan


def _msp(b: Builder, own: Customer) -> None:
    b.account(own, "Harbor and Vine (own use)")
    tenant = b.tenant("harborvine", "Harbor & Vine IT", own, is_msp=True)
    b.staff(tenant, 5, aliases=("dana", "lee", "ceo", "hr"))
    b.sell(own, tenant, E5, 5, is_contracted=False)
    emergency = access_cases.break_glass(b, tenant)
    access_cases.global_administrators(b, tenant, 2)
    b.policy(tenant, "Require MFA for everyone", exclude_users=(emergency.id,))


def _alder(b: Builder, customer: Customer) -> None:
    b.account(customer, "Alder Logistics Inc")
    agreement = b.agreement(customer, "900.00", start=date(2025, 6, 1))
    b.add_line(agreement, USER_SUPPORT, Steps(Decimal(20)))
    tenant = b.tenant("alder", "Alder Logistics", customer, pending_domains=["alder-pending.example"])
    b.staff(tenant, 21, uncapable_every=7)
    premium = b.sell(
        customer, tenant, PREMIUM, 11, first_seats=9, history=[(date(2026, 3, 11), 10), (date(2026, 10, 22), 11)]
    )
    premium.holders[-1].created = date(2026, 10, 22)
    defects.uncontracted(b, premium, 2)
    defects.hold_twice(premium, b.ids.guid("group", "alder", "licences"), 2)
    basic = b.sell(
        customer,
        tenant,
        BASIC,
        4,
        commitment="1-Year",
        start=date(2026, 1, 1),
        commitment_end=date(2026, 12, 31),
    )
    b.sell(customer, tenant, BASIC, 1)
    defects.shelfware(b, basic, 3)
    expired = ExceptionRow("shelfware", "250", "*", f"ms:{BASIC.sku_id}", "moves in autumn", OBSERVATION_DATES[0])
    b.plan.exceptions.append(expired)
    exchange = b.sell(customer, tenant, EXCHANGE, 3)
    defects.assigned_to_disabled(b, exchange, 1, since=date(2026, 10, 23))
    defects.unknown_source(b, exchange, tenant, 1)
    b.sell(customer, None, BACKUP, 6)
    defects.bought_once(b, customer, BACKUP, 3, date(2026, 9, 10))
    b.free_products(customer, tenant)
    b.trial(customer, tenant)
    access_cases.global_administrators(b, tenant, 4)
    access_cases.weak_administrator(b, tenant, "weak.admin")
    guests = access_cases.leavers_and_guests(b, tenant, 1, 1)
    access_cases.all_kinds_of_privilege(b, tenant, guests[0])
    excluded = b.user(tenant, "excluded.person")
    b.user(tenant, "late.convert", registration=Steps(NOT_REGISTERED).then(date(2026, 10, 29), CAPABLE))
    b.policy(tenant, "Require MFA for everyone", exclude_users=(excluded.id,))


def _bjork(b: Builder, customer: Customer) -> None:
    b.account(customer, "Bjork och Soner", "manual")
    agreement = b.agreement(customer, "410.00")
    b.add_line(agreement, USER_SUPPORT, Steps(Decimal(8)), Decimal("33.50"))
    tenant = b.tenant("bjork", "Björk & Söner AB", customer, "manual")
    b.staff(tenant, 9)
    standard = b.sell(customer, tenant, STANDARD, 6, price="12.75")
    defects.overbilled(b, standard, 2, status="muted")
    b.plan.exceptions.append(ExceptionRow("*", "251", "*", f"ms:{STANDARD.sku_id}", "credited in December"))
    apps = b.sell(customer, tenant, APPS, 2, price="7.95")
    defects.shelfware(b, apps, 1, status="muted")
    b.plan.exceptions.append(ExceptionRow("shelfware", "*", tenant.id, f"ms:{APPS.sku_id}", "seasonal staff"))
    copilot = b.sell(customer, tenant, COPILOT, 2, is_addon=True, is_contracted=False)
    defects.never_contracted(b, copilot)
    access_cases.global_administrators(b, tenant, 1)


def _iris(b: Builder, customer: Customer) -> None:
    b.account(customer, "Iris Media Studio")
    agreement = b.agreement(customer, "200.00", has_invoice_lines=False)
    b.add_line(agreement, USER_SUPPORT, Steps(Decimal(14)))
    exchange = b.sell(customer, None, EXCHANGE, 5)
    defects.uncontracted(b, exchange, 1, settled_on=date(2026, 11, 5))
    defects.unmapped_item(b, customer, "2")
    defects.unmapped_distributor_product(b, customer, 3)


def _bill(b: Builder, seed: int, cancelled: Subscription) -> None:
    p = b.plan
    p.members = staffing.technicians()
    customers = {customer.id: customer for customer in p.customers}
    work(p, Workload(customers[250], 4, tuple(p.members[:4])), seed)
    work(p, Workload(customers[251], 2, tuple(p.members[:4])), seed)
    work(p, Workload(customers[259], 1, (p.members[4], p.members[5])), seed)
    p.time_entries.append(
        TimeEntry(p.members[0], 2, date(2026, 10, 5), Decimal("3.50"), UNCHARGED, charge_code="Meeting")
    )
    for customer in p.customers:
        for agreement in customer.agreements:
            bill_agreement(p, agreement)
    money_cases.hardware_with_discount(p, customers[250], date(2026, 2, 17))
    money_cases.negative_proration(p, customers[250], date(2026, 3, 11))
    money_cases.prepaid_year(p, customers[250], date(2026, 6, 15), "7")
    money_cases.credit_with_positive_sign(p, customers[250], date(2026, 5, 20))
    money_cases.credit_with_negative_sign(p, customers[251], date(2026, 4, 8))
    money_cases.credit_with_mixed_lines(p, customers[251], date(2026, 6, 22))
    money_cases.credit_with_negative_total_over_positive_lines(p, customers[250], date(2026, 7, 13))
    money_cases.down_payment(p, customers[251], date(2026, 8, 3), date(2026, 9, 28))
    money_cases.voided_later(p, customers[250], date(2026, 7, 15), date(2026, 10, 29))
    money_cases.foreign_currency(p, customers[259], date(2026, 9, 9), "CAD")
    expense = Expense(p.members[0], 250, date(2026, 1, 14), Decimal("64.20"))
    p.expenses.append(expense)
    charge_work(p, [expense])
    p.distributor_invoices = bill_subscriptions(b.ids, p.subscriptions)
    defects.keep_billing(p.distributor_invoices, cancelled, date(2026, 9, 1), LAST_DAY)
    backup = next(row for row in p.subscriptions if row.product is BACKUP)
    money_cases.distributor_extras(
        p.distributor_invoices, customers[250].account, customers[250].account, customers[251].account, backup
    )
    number_documents(p)
