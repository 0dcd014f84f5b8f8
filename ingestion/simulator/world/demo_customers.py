"""The demo MSP's customers, tenants, people and sales, with the leaks planted into them."""

from datetime import date
from decimal import Decimal

from ingestion.simulator.world import defects
from ingestion.simulator.world.agreements import HALF_YEARLY, NO_CHARGE, OTHER_MONTH, THREE_MONTHS, THREE_YEARS
from ingestion.simulator.world.builder import Builder
from ingestion.simulator.world.catalogue import (
    APPS,
    BACKUP,
    BASIC,
    COPILOT,
    E3,
    E5,
    ENDPOINT,
    ENTRA_P2,
    EXCHANGE,
    F3,
    MOBILITY,
    PREMIUM,
    PREMIUM_BUNDLE,
    PREMIUM_DONATED,
    SERVER_SUPPORT,
    STANDARD,
    USER_SUPPORT,
)
from ingestion.simulator.world.customers import INTERNAL, PROSPECT, VENDOR
from ingestion.simulator.world.people import Assignment
from ingestion.simulator.world.plan import ExceptionRow
from ingestion.simulator.world.subscriptions import PENDING_CANCEL
from ingestion.simulator.world.timeline import LAST_DAY, Steps

YEARLY = "1-Year"


def msp(b: Builder) -> None:
    """The MSP itself, a vendor and a prospect: companies of the PSA that are not billed."""
    own = b.customer(2, "Harbor & Vine IT", "https://harborvine.example", kind=INTERNAL)
    b.account(own, "Harbor and Vine (own use)")
    tenant = b.tenant("harborvine", "Harbor & Vine IT", own, is_msp=True)
    b.staff(tenant, 38, aliases=("dana", "lee", "ceo", "hr"))
    b.sell(own, tenant, E5, 38, is_contracted=False)
    b.customer(264, "Northstar Distribution", "https://northstar.example", kind=VENDOR)
    b.customer(265, "Orchid Hotels", "https://orchidhotels.example", kind=PROSPECT)


def alder(b: Builder) -> None:
    """The largest customer: growth over the months, two product leaks, one shared mailbox that is excepted."""
    customer = b.customer(250, "Alder Logistics", "https://www.alder.example")
    b.account(customer, "Alder Logistics Inc")
    agreement = b.agreement(customer, "3200.00", start=date(2025, 6, 1))
    b.add_line(agreement, USER_SUPPORT, Steps(Decimal(190)))
    b.add_line(agreement, SERVER_SUPPORT, Steps(Decimal(6)))
    b.add_line(agreement, SERVER_SUPPORT, Steps(Decimal(2)), option=NO_CHARGE)
    tenant = b.tenant("alder", "Alder Logistics", customer, pending_domains=["alder-pending.example"])
    customer.tenant_id_field = tenant.id
    b.staff(tenant, 214, uncapable_every=30)
    premium = b.sell(
        customer,
        tenant,
        PREMIUM,
        181,
        first_seats=178,
        history=[(date(2026, 3, 11), 184), (date(2026, 6, 17), 180), (date(2026, 10, 22), 181)],
    )
    premium.holders[-1].created = date(2026, 10, 22)
    defects.uncontracted(b, premium, 4)
    defects.hold_twice(premium, b.ids.guid("group", "alder", "licences"), 5)
    defects.fail_assignment(b, tenant, PREMIUM, b.ids.guid("group", "alder", "licences"))
    basic = b.sell(customer, tenant, BASIC, 20)
    defects.shelfware(b, basic, 6)
    b.plan.exceptions.append(ExceptionRow("shelfware", "250", "*", f"ms:{BASIC.sku_id}", "moves in autumn", LAST_DAY))
    exchange = b.sell(customer, tenant, EXCHANGE, 8)
    shared = defects.license_shared_mailbox(b, exchange, tenant, "info-desk")
    b.plan.exceptions.append(ExceptionRow("assigned_to_disabled", "250", "*", shared, "mailbox larger than 50 GB"))
    b.sell(customer, None, BACKUP, 60)
    leaver = b.user(tenant, enabled=Steps(False))
    b.free_products(customer, tenant, leaver)
    b.trial(customer, tenant)


def bjork(b: Builder) -> None:
    """A customer in euro with two annual commitments of one product, the first of which ends too few seats."""
    customer = b.customer(251, "Björk & Söner AB", "https://bjork.example", currency="EUR")
    b.account(customer, "Bjork och Soner")
    agreement = b.agreement(customer, "2100.00", cycle=HALF_YEARLY)
    b.add_line(agreement, USER_SUPPORT, Steps(Decimal(100)), Decimal("33.50"))
    tenant = b.tenant("bjork", "Björk & Söner AB", customer)
    b.staff(tenant, 121)
    suite = b.sell(customer, tenant, E3, 102, price="39.90")
    defects.uncontracted(b, suite, 3)
    b.sell(
        customer,
        tenant,
        BASIC,
        3,
        price="6.65",
        commitment=YEARLY,
        start=date(2026, 1, 1),
        commitment_end=date(2026, 12, 31),
    )
    basic = b.sell(
        customer,
        tenant,
        BASIC,
        12,
        price="6.65",
        commitment=YEARLY,
        start=date(2026, 2, 1),
        commitment_end=date(2027, 1, 31),
    )
    defects.shelfware(b, basic, 4)
    b.free_products(customer, tenant)


def cedar(b: Builder) -> None:
    """Two tenants, mapped by hand; blocked and idle users with licences; a mute of one tenant; a free line."""
    customer = b.customer(252, "Cedar Clinic", "cedarclinic.example")
    b.account(customer, "Cedar Clinic Group", "manual")
    agreement = b.agreement(customer, "1500.00")
    b.add_line(agreement, USER_SUPPORT, Steps(Decimal(95)))
    clinic = b.tenant("cedarclinic", "Cedar Clinic", customer, "manual")
    b.staff(clinic, 84, uncapable_every=40)
    premium = b.sell(customer, clinic, PREMIUM, 62)
    defects.assigned_to_disabled(b, premium, 2)
    # The finding adds up both tenants: a mute that names one of them leaves it open.
    b.plan.exceptions.append(
        ExceptionRow("assigned_to_disabled", "252", clinic.id, f"ms:{PREMIUM.sku_id}", "clinic merges in spring")
    )
    for user in premium.holders[-2:]:
        user.signed_in = Steps(date(2026, 5, 4))
    lab = b.tenant("cedarlab", "Cedar Laboratory", customer, "manual")
    b.staff(lab, 32)
    b.sell(customer, lab, BASIC, 28)
    b.add_line(agreement, BASIC, Steps(Decimal(3)), option=NO_CHARGE)
    exchange = b.sell(customer, clinic, EXCHANGE, 20, price="0.00", start=date(2026, 4, 1))
    exchange.addition.cost = Decimal(0)


def delta(b: Builder) -> None:
    """Entra P2, seats of unknown source, a product without price, users blocked and removed while we watch."""
    customer = b.customer(253, "Delta Foods", "https://deltafoods.example")
    b.account(customer, "Delta Foods LLC")
    agreement = b.agreement(customer, "5200.00")
    b.add_line(agreement, USER_SUPPORT, Steps(Decimal(260)), less_included=Decimal(10))
    tenant = b.tenant("deltafoods", "Delta Foods", customer)
    b.staff(tenant, 262, uncapable_every=50)
    suite = b.sell(customer, tenant, E5, 208, first_seats=209, history=[(date(2026, 10, 29), 208)])
    defects.assigned_to_disabled(b, suite, 3, since=date(2026, 10, 23))
    removed = b.next_staff(tenant, 1)[0]
    removed.assignments.append(Assignment(E5))
    removed.removed = date(2026, 10, 29)
    basic = b.sell(customer, tenant, BASIC, 30)
    defects.unknown_source(b, basic, tenant, 5)
    copilot = b.sell(customer, tenant, COPILOT, 8, is_contracted=False)
    defects.never_contracted(b, copilot)
    b.free_products(customer, tenant)


def elm(b: Builder) -> None:
    """A school with donated licences, a product of its own, and a line with included units."""
    customer = b.customer(254, "Elm Street School", "https://elmschool.example")
    b.account(customer, "Elm Street School")
    agreement = b.agreement(customer, "900.00")
    b.add_line(agreement, USER_SUPPORT, Steps(Decimal(60)), Decimal("30.00"))
    tenant = b.tenant("elmschool", "Elm Street School", customer)
    b.staff(tenant, 72, uncapable_every=36)
    donated = b.sell(customer, tenant, PREMIUM_DONATED, 58)
    donated.addition.quantity = Steps(Decimal(60))
    donated.addition.less_included = Decimal(2)
    b.sell(customer, tenant, PREMIUM, 10)


def fjord(b: Builder) -> None:
    """Mapped by subscription ids; two terms for one product; an add-on that was never contracted; a muted leak."""
    customer = b.customer(255, "Fjord Energy", "https://fjord.example")
    b.account(customer, "Fjord Energy AS")
    agreement = b.agreement(customer, "2600.00")
    b.add_line(agreement, USER_SUPPORT, Steps(Decimal(120)))
    tenant = b.tenant("fjord", "Fjord Energy", customer, "subscriptions")
    b.staff(tenant, 134, uncapable_every=45)
    yearly = b.sell(
        customer, tenant, PREMIUM, 96, commitment=YEARLY, start=date(2026, 1, 1), commitment_end=date(2026, 12, 31)
    )
    b.sell(customer, tenant, PREMIUM, 10)
    defects.shelfware(b, yearly, 14)
    addon = b.sell(customer, tenant, ENTRA_P2, 10, is_addon=True, is_contracted=False)
    defects.never_contracted(b, addon)
    basic = b.sell(customer, tenant, BASIC, 12)
    defects.shelfware(b, basic, 2, status="muted")
    b.plan.exceptions.append(ExceptionRow("shelfware", "255", "*", f"ms:{BASIC.sku_id}", "seasonal staff"))


def ohara(b: Builder) -> None:
    """A customer in pounds with an apostrophe; billed for seats it gave back; a leak that healed."""
    customer = b.customer(256, "O'Hara Legal", "https://oharalegal.example", currency="GBP")
    b.account(customer, "OHara Legal LLP", "manual")
    agreement = b.agreement(customer, "1800.00", cycle=OTHER_MONTH)
    b.add_line(agreement, USER_SUPPORT, Steps(Decimal(70)), Decimal("29.75"))
    tenant = b.tenant("oharalegal", "O'Hara Legal", customer)
    b.staff(tenant, 79, aliases=("shaun.o'hara",))
    premium = b.sell(customer, tenant, PREMIUM, 60, price="21.20")
    defects.overbilled(b, premium, 3)
    apps = b.sell(customer, tenant, APPS, 12, price="7.95")
    defects.shelfware(b, apps, 3, since=date(2026, 10, 1), until=date(2026, 11, 4), status="resolved")


def glacier(b: Builder) -> None:
    """Business Standard under its misleading part number: no Entra P1; a mute of every kind; seats added to a year."""
    customer = b.customer(257, "Glacier Retail", "https://glacier.example")
    b.account(customer, "Glacier Retail Co")
    agreement = b.agreement(customer, "1400.00")
    b.add_line(agreement, USER_SUPPORT, Steps(Decimal(85)))
    tenant = b.tenant("glacier", "Glacier Retail", customer)
    b.staff(tenant, 92)
    standard = b.sell(customer, tenant, STANDARD, 84)
    defects.overbilled(b, standard, 6, status="muted")
    defects.assigned_to_disabled(b, standard, 1, status="muted")
    b.plan.exceptions.append(ExceptionRow("*", "257", "*", f"ms:{STANDARD.sku_id}", "leaver returns in spring"))
    # Three of the unused seats were added within the window, the others are bound to the end of the year.
    basic = b.sell(
        customer,
        tenant,
        BASIC,
        8,
        first_seats=5,
        history=[(date(2026, 11, 5), 8)],
        commitment=YEARLY,
        start=date(2026, 3, 1),
        commitment_end=date(2027, 2, 28),
    )
    defects.shelfware(b, basic, 4)
    # A lapsed suite proves nothing.
    b.subscribe(customer, tenant, MOBILITY, Steps(5), False, graph_status="Suspended")
    b.free_products(customer, tenant)


def hazel(b: Builder) -> None:
    """No distributor account: seats come from the tenant, cost from the PSA."""
    customer = b.customer(258, "Hazel Dental", "https://hazeldental.example")
    agreement = b.agreement(customer, "1100.00", cycle=THREE_MONTHS)
    b.add_line(agreement, USER_SUPPORT, Steps(Decimal(55)))
    tenant = b.tenant("hazeldental", "Hazel Dental", customer)
    b.staff(tenant, 62, uncapable_every=31)
    premium = b.sell(customer, tenant, PREMIUM, 48, through_account=False)
    defects.uncontracted(b, premium, 5)
    exchange = b.sell(customer, tenant, EXCHANGE, 10, through_account=False)
    defects.shelfware(b, exchange, 2)


def iris(b: Builder) -> None:
    """A distributor account and no tenant: uncontracted seats can be seen, unused ones cannot."""
    customer = b.customer(259, "Iris Media", "https://irismedia.example")
    b.account(customer, "Iris Media Studio")
    agreement = b.agreement(customer, "700.00", cycle=THREE_YEARS)
    b.add_line(agreement, USER_SUPPORT, Steps(Decimal(14)))
    exchange = b.sell(customer, None, EXCHANGE, 15)
    defects.uncontracted(b, exchange, 3)


def juniper(b: Builder) -> None:
    """No Entra P1, a fractional quantity, a clean cancellation, an item that nothing maps, a mute of its tenant."""
    customer = b.customer(260, "Juniper Works", "https://juniper.example")
    b.account(customer, "Juniper Works Inc")
    agreement = b.agreement(customer, "950.00")
    b.add_line(agreement, USER_SUPPORT, Steps(Decimal(40)))
    tenant = b.tenant("juniper", "Juniper Works", customer)
    b.staff(tenant, 48)
    basic = b.sell(customer, tenant, BASIC, 22)
    defects.shelfware(b, basic, 2, since=date(2026, 10, 30), status="muted")
    b.plan.exceptions.append(ExceptionRow("shelfware", "*", tenant.id, f"ms:{BASIC.sku_id}", "trainees in spring"))
    standard = b.sell(customer, tenant, STANDARD, 9)
    standard.addition.quantity = Steps(Decimal("9.5"))
    apps = b.sell(customer, tenant, APPS, 4)
    defects.end_sale(apps, date(2026, 10, 30))
    defects.unmapped_item(b, customer, "2")


def kestrel(b: Builder) -> None:
    """Invoices that show only totals; charges after a cancellation; a line cancelled and added again."""
    customer = b.customer(261, "Kestrel Build", "https://kestrel.example")
    b.account(customer, "Kestrel Build Ltd")
    agreement = b.agreement(customer, "1900.00", has_invoice_lines=False)
    b.add_line(agreement, USER_SUPPORT, Steps(Decimal(100)))
    tenant = b.tenant("kestrel", "Kestrel Build", customer)
    b.staff(tenant, 114, uncapable_every=19)
    premium = b.sell(customer, tenant, PREMIUM, 98)
    defects.readd_line(premium, date(2026, 10, 15), b)
    defects.move_license(premium, b.next_staff(tenant, 1)[0], date(2026, 10, 25))
    b.sell(customer, None, BACKUP, 40)
    defects.bought_once(b, customer, BACKUP, 15, date(2026, 9, 10))


def lumen(b: Builder) -> None:
    """A child of Fjord with uncosted labour; prepaid seats that end by themselves; a contract that was corrected."""
    customer = b.customer(262, "Lumen Labs", "https://lumenlabs.example", parent_id=255)
    b.account(customer, "Lumen Labs GmbH")
    agreement = b.agreement(customer, "1700.00", extra_amount=Decimal("60.00"))
    b.add_line(agreement, USER_SUPPORT, Steps(Decimal(90)))
    tenant = b.tenant("lumenlabs", "Lumen Labs", customer)
    b.staff(tenant, 98)
    frontline = b.sell(customer, tenant, F3, 70)
    defects.uncontracted(b, frontline, 2, settled_on=date(2026, 11, 5))
    exchange = b.sell(
        customer,
        tenant,
        EXCHANGE,
        16,
        prepaid=True,
        commitment=YEARLY,
        start=date(2026, 3, 1),
        commitment_end=date(2027, 2, 28),
    )
    exchange.subscription.status = Steps(PENDING_CANCEL)
    exchange.subscription.end = Steps(date(2027, 2, 28))
    defects.shelfware(b, exchange, 3)
    # Two seats may go: the blocked holder's, and one that nobody holds; the other unused ones are prepaid.
    monthly = b.sell(customer, tenant, EXCHANGE, 2)
    defects.assigned_to_disabled(b, monthly, 1)
    b.sell(customer, None, ENDPOINT, 25)
    defects.unmapped_distributor_product(b, customer, 12)


def maple(b: Builder) -> None:
    """A customer that costs more than it pays, with months without an invoice; bundles of five licences; a new year."""
    customer = b.customer(263, "Maple Bakery", "https://maplebakery.example")
    b.account(customer, "Maple Bakery")
    agreement = b.agreement(customer, "250.00", unbilled_months=(date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)))
    tenant = b.tenant("maplebakery", "Maple Bakery", customer)
    b.staff(tenant, 38)
    b.sell(customer, tenant, PREMIUM, 30, is_contracted=False)
    b.add_line(agreement, PREMIUM_BUNDLE, Steps(Decimal(6)))
    late = b.sell(customer, tenant, EXCHANGE, 4, is_contracted=False, start=date(2026, 10, 30))
    for user in late.holders:
        user.assignments[-1].start = date(2026, 10, 30)
    defects.never_contracted(b, late, "observing")
    # A year that began five days ago may still be given back.
    young = b.sell(
        customer, tenant, APPS, 2, commitment=YEARLY, start=date(2026, 11, 3), commitment_end=date(2027, 11, 2)
    )
    young.holders[0].assignments[-1].start = date(2026, 11, 3)
    defects.shelfware(b, young, 1, status="observing")


def stray(b: Builder) -> None:
    """A tenant and a distributor company that no customer claims."""
    tenant = b.tenant("stray", "Stray Cat Cafe", None, "none")
    b.staff(tenant, 12)
    for user in b.next_staff(tenant, 9):
        user.assignments.append(Assignment(PREMIUM))
    b.subscribe(b.plan.customers[0], tenant, PREMIUM, Steps(9), False)
    defects.unmapped_tenant(b, tenant)
    defects.unmapped_account(b, "Somebody Else Ltd", BASIC, 7)
