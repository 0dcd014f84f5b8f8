"""The plan of a world: every planned object, before any vendor's spelling, plus what was planted on purpose."""

from dataclasses import dataclass, field
from datetime import date

from ingestion.simulator.world.charges import DistributorInvoice
from ingestion.simulator.world.customers import Account, Customer
from ingestion.simulator.world.identifiers import Identifiers
from ingestion.simulator.world.invoices import Invoice
from ingestion.simulator.world.labour import Expense, Member, TimeEntry
from ingestion.simulator.world.messages import Mailbox
from ingestion.simulator.world.subscriptions import Subscription
from ingestion.simulator.world.tenants import Tenant


@dataclass(frozen=True)
class Planted:
    """A leak that was planted: what the scorer must find, keyed as the warehouse keys findings."""

    kind: str
    customer_id: str
    subject: str
    seats: int | None
    status: str


@dataclass(frozen=True)
class ExceptionRow:
    """A row of `exceptions.csv`."""

    rule_or_kind: str
    customer_id: str
    tenant_id: str
    subject_id: str
    reason: str
    # First day on which it no longer holds.
    expires_on: date = date(2027, 6, 30)


@dataclass
class Plan:
    """Everything that exists in the world, over all days."""

    ids: Identifiers
    msp_name: str = "Harbor & Vine IT"
    msp_domains: tuple[str, ...] = ("harborvine.example", "harborvine-m365.example")
    customers: list[Customer] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    tenants: list[Tenant] = field(default_factory=list)
    subscriptions: list[Subscription] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    invoices: list[Invoice] = field(default_factory=list)
    time_entries: list[TimeEntry] = field(default_factory=list)
    expenses: list[Expense] = field(default_factory=list)
    distributor_invoices: list[DistributorInvoice] = field(default_factory=list)
    mailboxes: list[Mailbox] = field(default_factory=list)
    exceptions: list[ExceptionRow] = field(default_factory=list)
    planted: list[Planted] = field(default_factory=list)
    secret_expires_on: date = date(2026, 12, 15)

    @property
    def msp_tenant(self) -> Tenant:
        """The MSP's own tenant."""
        return next(tenant for tenant in self.tenants if tenant.is_msp)

    def customer_names(self) -> dict[int, str]:
        """Names by PSA company id."""
        return {customer.id: customer.name for customer in self.customers}
