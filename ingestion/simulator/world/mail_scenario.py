"""Fills the technicians' mailboxes: mail and meetings with customers, without any, and their fate while we watch."""

from datetime import date, timedelta

from ingestion.simulator.world.builder import Builder
from ingestion.simulator.world.customers import Customer
from ingestion.simulator.world.messages import PRIVATE_CANARY, UNMATCHED_CANARY, Event, Mailbox, Message, Touch
from ingestion.simulator.world.timeline import LAST_DAY, OBSERVATION_DATES, Steps

ALWAYS = date.min
FIRST_MAIL = date(2026, 8, 20)
# Reserved by RFC 2606, as every domain of the world: at a real one live real people.
FREE_MAIL = "freemail.example"
LEGACY_SENDER = "/O=EXCHANGELABS/OU=EXCHANGE ADMINISTRATIVE GROUP/CN=RECIPIENTS/CN=0123456789ABCDEF-PAT"
NEW_DOMAIN = "alder-freight.example"
NEW_DOMAIN_SINCE = date(2026, 10, 31)
MAIL_WINDOW_DAYS = 30
# No customer's mail falls on a day where the reading of the window's edge would decide.
WINDOW_EDGES = frozenset(
    day - timedelta(days=MAIL_WINDOW_DAYS + shift) for day in OBSERVATION_DATES for shift in (-1, 0, 1)
)


def _mailbox(b: Builder, alias: str, is_allowed: bool) -> Mailbox:
    box = Mailbox(f"{alias}@{b.plan.msp_domains[0]}", is_allowed)
    b.plan.mailboxes.append(box)
    return box


def correspond(b: Builder, density: int) -> None:
    """Contacts of every client, two listed mailboxes and two that nobody may read.

    Shape: `density` is the number of days between two mails of one customer and mailbox.
    """
    clients = [customer for customer in b.plan.customers if customer.is_billable]
    for customer in clients:
        domain = _domain(customer)
        if domain:
            b.contact(customer, f"office@{domain}", f"Second.Contact@{domain.upper()}")
            b.contact(customer, f"no-such-person.{customer.id}@{FREE_MAIL}")
    b.tenant_of("alder").domains.append((NEW_DOMAIN, NEW_DOMAIN_SINCE))
    for number, alias in enumerate(("dana", "lee")):
        box = _mailbox(b, alias, True)
        for customer in clients:
            _customer_mail(box, customer, density, number)
            _customer_meetings(box, customer, number)
        _special_mail(box, clients[0], clients[1])
        _special_meetings(box, clients[0])
        _noise(box, density)
    for alias in ("ceo", "hr"):
        _noise(_mailbox(b, alias, False), density)


def _domain(customer: Customer) -> str:
    website = (customer.website or "").removeprefix("https://").removeprefix("http://")
    return website.removeprefix("www.")


def _touch(customer: Customer, rule: str, since: date = ALWAYS) -> tuple[Touch, date]:
    return Touch(customer.key, rule), since


def _customer_mail(box: Mailbox, customer: Customer, density: int, number: int) -> None:
    domain = _domain(customer)
    has_tenant = customer.id != 259
    day, index = FIRST_MAIL + timedelta(days=(customer.id + number) % density), 0
    while day <= LAST_DAY:
        if day in WINDOW_EDGES:
            day += timedelta(days=density)
            continue
        key = f"{customer.id}-{day.isoformat()}"
        subject = f"Request {index} of {customer.name}"
        kind = index % 4
        if kind == 0:
            message = _in(box, key, day, f"OFFICE@{domain}", subject, _touch(customer, "contact"))
        elif kind == 1:
            message = _out(box, key, day, f"second.contact@{domain}", subject, _touch(customer, "contact"))
        elif kind == 2 and has_tenant:
            message = _in(box, key, day, f"someone.new@mail.{domain}", subject, _touch(customer, "domain"))
        else:
            message = _in(
                box, key, day, f"no-such-person.{customer.id}@{FREE_MAIL}", subject, _touch(customer, "contact")
            )
        box.messages.append(message)
        day, index = day + timedelta(days=density), index + 1


def _in(
    box: Mailbox, key: str, day: date, sender: str, subject: str, *touches: tuple[Touch, date], cc: tuple[str, ...] = ()
) -> Message:
    return Message(key, day, sender, (box.address,), subject, Steps("inbox"), cc, touches=touches)


def _out(box: Mailbox, key: str, day: date, recipient: str, subject: str, *touches: tuple[Touch, date]) -> Message:
    return Message(key, day, box.address, (recipient,), subject, Steps("sentitems"), hour=15, touches=touches)


def _special_mail(box: Mailbox, first: Customer, second: Customer) -> None:
    domains = (_domain(first), _domain(second))
    both = _in(
        box,
        "both",
        date(2026, 10, 28),
        f"office@{domains[0]}",
        "Joint project",
        _touch(first, "contact"),
        _touch(second, "domain"),
        cc=(f"unlisted.person@{domains[1]}",),
    )
    gone = _in(box, "gone", date(2026, 10, 26), f"office@{domains[0]}", "Deleted later", _touch(first, "contact"))
    gone.folder.then(date(2026, 11, 4), None)
    binned = _in(
        box, "binned", date(2026, 10, 27), f"office@{domains[1]}", "Moved to the bin", _touch(second, "contact")
    )
    binned.folder.then(date(2026, 11, 5), "deleteditems")
    filed = _in(box, "filed", date(2026, 10, 23), f"office@{domains[1]}", "Archived later", _touch(second, "contact"))
    filed.folder.then(date(2026, 10, 30), "archive")
    back = _in(box, "back", date(2026, 10, 22), f"office@{domains[0]}", "Archived and back", _touch(first, "contact"))
    back.folder.then(date(2026, 10, 25), "archive").then(date(2026, 11, 1), "inbox")
    moved = _in(box, "moved", date(2026, 10, 24), f"office@{domains[0]}", "Moved to sent", _touch(first, "contact"))
    moved.folder.then(date(2026, 10, 31), "sentitems")
    freight = _in(
        box,
        "freight",
        date(2026, 10, 21),
        f"driver@{NEW_DOMAIN}",
        "Freight papers",
        _touch(first, "domain", NEW_DOMAIN_SINCE),
    )
    box.messages += [both, gone, binned, filed, back, moved, freight]


def _customer_meetings(box: Mailbox, customer: Customer, number: int) -> None:
    domain = _domain(customer)
    for week in range(-6, 4):
        # Tuesday to Friday: never on the first or last day of a calendar window.
        day = LAST_DAY + timedelta(days=7 * week + 2 + (customer.id + number) % 4)
        key = f"review-{customer.id}-{week}"
        box.events.append(
            Event(
                key,
                day,
                box.address,
                (f"office@{domain}",),
                f"Weekly review {customer.name}",
                series=f"review-{customer.id}",
                touches=(_touch(customer, "contact"),),
            )
        )


def _special_meetings(box: Mailbox, customer: Customer) -> None:
    domain = _domain(customer)
    office, stranger = f"office@{domain}", "friend@elsewhere.example"
    contact, by_domain = (_touch(customer, "contact"),), (_touch(customer, "domain"),)
    box.events += [
        Event(
            "private-customer",
            date(2026, 11, 10),
            box.address,
            (office,),
            f"{PRIVATE_CANARY} salary talk",
            11,
            True,
            touches=contact,
        ),
        Event("private-other", date(2026, 11, 11), box.address, (stranger,), f"{PRIVATE_CANARY} dentist", 12, True),
        Event(
            "workshop",
            date(2026, 11, 12),
            office,
            (box.address, f"guest@branch.{domain}"),
            "Workshop",
            13,
            touches=contact,
        ),
        Event(
            "audit",
            date(2026, 11, 13),
            f"auditor@{domain}",
            (box.address,),
            "Audit day",
            is_all_day=True,
            touches=by_domain,
        ),
        Event(
            "called-off",
            date(2026, 11, 16),
            box.address,
            (office,),
            "Called off",
            14,
            is_cancelled=Steps(False).then(date(2026, 11, 5), True),
            touches=contact,
        ),
        Event(
            "removed",
            date(2026, 11, 17),
            box.address,
            (office,),
            "Removed",
            15,
            exists=Steps(True).then(date(2026, 11, 3), False),
            touches=contact,
        ),
        Event(
            "team", date(2026, 11, 18), box.address, ("lee@harborvine.example",), f"{UNMATCHED_CANARY} team lunch", 9
        ),
        Event("outside", date(2026, 11, 19), stranger, (box.address,), f"{UNMATCHED_CANARY} fair", 10),
    ]


def _noise(box: Mailbox, density: int) -> None:
    senders = (
        "news@letters.example",
        f"stranger@{FREE_MAIL}",
        "office@notalder.example",
        "office@alder.example.attacker.example",
        "someone@alder-pending.example",
        "pat@harborvine.example",
        LEGACY_SENDER,
    )
    day, index = FIRST_MAIL, 0
    while day <= LAST_DAY:
        sender = senders[index % len(senders)]
        box.messages.append(_in(box, f"noise-{index}", day, sender, f"{UNMATCHED_CANARY} notice {index}"))
        if index % 5 == 0:
            reply = _out(box, f"reply-{index}", day, "family@elsewhere.example", f"{UNMATCHED_CANARY} reply {index}")
            box.messages.append(reply)
        day, index = day + timedelta(days=max(1, density // 4)), index + 1
    for folder in ("junkemail", "drafts", "deleteditems"):
        message = _in(
            box, f"other-{folder}", date(2026, 11, 1), "office@alder.example", f"{UNMATCHED_CANARY} in {folder}"
        )
        message.folder = Steps(folder)
        box.messages.append(message)
