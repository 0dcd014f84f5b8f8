"""Technicians, their time and their expenses as planned, and the ConnectWise records on one day."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from ingestion.simulator.world.invoices import Invoice
from ingestion.simulator.world.shapes import Record
from ingestion.simulator.world.timeline import FIRST_DAY, Steps, instant, last_change, midnight, stamp

COVERED = "covered"
CHARGED = "charged"
UNCHARGED = "uncharged"
CHARGE_RATE = Decimal("120.00")


@dataclass(frozen=True)
class CostRate:
    """A row of `agent_cost_rates.csv`, valid on [start, end)."""

    start: date
    end: date | None
    hourly_cost: Decimal
    currency: str


@dataclass(frozen=True)
class TimeZone:
    """A member's time zone as the PSA names it. `iana` is None where nobody can tell from the name: days are UTC's.

    is_decided: the name explains nothing, but `vendor_terms.csv` does.
    """

    id: int
    name: str
    iana: str | None
    is_decided: bool = False


GREENWICH = TimeZone(6, "GMT", "Etc/GMT")


@dataclass
class Member:
    """A technician; `hourly_cost` is what the PSA shows, None where it hides it."""

    id: int
    name: str
    hourly_cost: Steps[Decimal | None]
    rates: list[CostRate] = field(default_factory=list)
    zone: TimeZone = GREENWICH


@dataclass
class TimeEntry:
    """Work on a day of the technician's, from `begins` by their clock; charged time lies on an invoice once written."""

    member: Member
    customer_id: int
    day: date
    hours: Decimal
    kind: str
    agreement_id: int | None = None
    invoice: Invoice | None = None
    charge_code: str | None = None
    begins: time = time(13)
    id: int = 0

    @property
    def started_at(self) -> datetime:
        """The instant at which it began."""
        zone = ZoneInfo(self.member.zone.iana or "UTC")
        return datetime.combine(self.day, self.begins, zone).astimezone(UTC)

    @property
    def known_on(self) -> date:
        """The first UTC day on which the vendor can answer with it."""
        return max(self.day, self.started_at.date())

    @property
    def amount(self) -> Decimal:
        """Revenue of the entry on its invoice."""
        return self.hours * CHARGE_RATE if self.invoice is not None else Decimal(0)

    def is_invoiced(self, day: date) -> bool:
        """True once the invoice that holds it was written."""
        return self.invoice is not None and self.invoice.date <= day


@dataclass
class Expense:
    """Money laid out for a customer; billed at cost where it lies on an invoice."""

    member: Member
    customer_id: int
    day: date
    amount: Decimal
    invoice: Invoice | None = None
    id: int = 0


def member_records(members: list[Member], day: date) -> list[Record]:
    """ConnectWise members with the hourly cost of that day."""
    return [
        {
            "id": member.id,
            "identifier": f"tech{member.id}",
            "firstName": member.name.split(" ")[0],
            "lastName": member.name.split(" ")[-1],
            "hourlyCost": member.hourly_cost.at(day),
            "hourlyRate": CHARGE_RATE,
            "inactiveFlag": False,
            "workRole": {"id": 1, "name": "Engineer"},
            "timeZone": {"id": member.zone.id, "name": member.zone.name},
            "type": {"id": 1, "name": "Technician"},
            "_info": {"lastUpdated": stamp(last_change(day, FIRST_DAY, member.hourly_cost))},
        }
        for member in members
    ]


def time_record(entry: TimeEntry, names: dict[int, str], day: date) -> Record:
    """The ConnectWise time entry on that day; hours are billed once the invoice is written."""
    is_invoiced = entry.is_invoiced(day)
    billed = entry.hours if is_invoiced else Decimal(0)
    status = {COVERED: "BilledAgreement", UNCHARGED: "ApprovedByTierTwo"}.get(entry.kind)
    invoice = entry.invoice if is_invoiced else None
    return {
        "id": entry.id,
        "company": {"id": entry.customer_id, "name": names[entry.customer_id]},
        "chargeToId": 1 if entry.charge_code else 5000 + entry.customer_id,
        "chargeToType": "ChargeCode" if entry.charge_code else "ServiceTicket",
        "member": {"id": entry.member.id, "identifier": f"tech{entry.member.id}", "name": entry.member.name},
        "workType": {"id": 1, "name": "Remote"},
        "workRole": {"id": 1, "name": "Engineer"},
        "timeStart": instant(entry.started_at),
        "timeEnd": instant(entry.started_at + timedelta(minutes=int(entry.hours * 60))),
        "actualHours": entry.hours,
        "hoursDeduct": Decimal(0),
        "billableOption": "DoNotBill" if entry.kind == UNCHARGED else "Billable",
        "hoursBilled": billed,
        "invoiceHours": billed,
        "hourlyRate": CHARGE_RATE,
        "overageRate": None,
        "agreementHours": entry.hours if entry.kind == COVERED else Decimal(0),
        "agreementAmount": entry.hours * CHARGE_RATE if entry.kind == COVERED else Decimal(0),
        "agreement": {"id": entry.agreement_id, "name": "Managed services"} if entry.agreement_id else None,
        "invoice": {"id": invoice.id, "identifier": f"INV{invoice.id:06d}", "billingType": "Standard"}
        if invoice
        else None,
        "status": status or ("Billed" if is_invoiced else "ReadyToBill"),
        "dateEntered": stamp(entry.day, 20),
        "ticket": None if entry.charge_code else {"id": 5000 + entry.customer_id, "summary": "Invented ticket"},
        "project": None,
        "phase": None,
        "_info": {"lastUpdated": stamp(invoice.date if invoice else entry.known_on, 21)},
    }


def expense_record(expense: Expense, names: dict[int, str], currency: Record, day: date) -> Record:
    """The ConnectWise expense entry on that day."""
    invoice = expense.invoice if expense.invoice is not None and expense.invoice.date <= day else None
    return {
        "id": expense.id,
        "company": {"id": expense.customer_id, "name": names[expense.customer_id]},
        "chargeToId": 5000 + expense.customer_id,
        "chargeToType": "ServiceTicket",
        "type": {"id": 1, "name": "Travel"},
        "member": {"id": expense.member.id, "identifier": f"tech{expense.member.id}"},
        "amount": expense.amount,
        "billableOption": "Billable" if expense.invoice is not None else "DoNotBill",
        "date": midnight(expense.day),
        "agreement": None,
        "invoiceAmount": expense.amount if invoice else Decimal(0),
        "invoice": {"id": invoice.id, "identifier": f"INV{invoice.id:06d}"} if invoice else None,
        "status": "Billed" if invoice else "Open",
        "currency": currency,
        "_info": {"lastUpdated": stamp(invoice.date if invoice else expense.day, 21)},
    }
