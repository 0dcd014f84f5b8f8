"""PSA agreements and their additions (the contract lines) as planned, and their ConnectWise records."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ingestion.simulator.world.products import Product
from ingestion.simulator.world.shapes import Record
from ingestion.simulator.world.timeline import FIRST_DAY, Steps, last_change, midnight, stamp

BILLABLE = "Billable"
NO_CHARGE = "NoCharge"


@dataclass(frozen=True)
class BillingCycle:
    """A row of the PSA's setup table. `option` is None where the server shows one that the vendor does not document.

    is_decided: `vendor_terms.csv` says how many months it has.
    """

    id: int
    name: str
    option: str | None
    months: int
    is_decided: bool = False

    @property
    def is_known(self) -> bool:
        """True where somebody who reads the PSA and the reviewed files can tell its months."""
        return self.option is not None or self.is_decided


# The names are free text: what they seem to say is not always what the option says.
MONTHLY = BillingCycle(2, "Monthly", "Monthly", 1)
HALF_YEARLY = BillingCycle(5, "Half-Yearly", "SemiAnnual", 6)
OTHER_MONTH = BillingCycle(6, "Every other monthly run", "BiMonthly", 2)
THREE_MONTHS = BillingCycle(7, "Every 3 Months", None, 3, is_decided=True)
THREE_YEARS = BillingCycle(8, "3 Year Prepaid", None, 36)
BILLING_CYCLES = (MONTHLY, HALF_YEARLY, OTHER_MONTH, THREE_MONTHS, THREE_YEARS)


@dataclass
class Addition:
    """One contract line: `cancelled` is the first day without it, price and cost are those of a month."""

    id: int
    agreement_id: int
    product: Product
    quantity: Steps[Decimal]
    price: Decimal
    cost: Decimal
    effective: date = FIRST_DAY
    cancelled: Steps[date | None] = field(default_factory=lambda: Steps(None))
    option: str = BILLABLE
    less_included: Decimal = Decimal(0)
    has_invoice_lines: bool = True

    def is_active(self, day: date) -> bool:
        """True on days in [effective, cancelled)."""
        cancelled = self.cancelled.at(day)
        return self.effective <= day and (cancelled is None or cancelled > day)

    def billable_quantity(self, day: date) -> Decimal:
        """Quantity that the customer pays on that day."""
        if not self.is_active(day) or self.option != BILLABLE:
            return Decimal(0)
        return self.quantity.at(day) - self.less_included


@dataclass
class Agreement:
    """One recurring agreement; `bill_amount` is that of a month, `unbilled_months` are months without an invoice."""

    id: int
    customer_id: int
    name: str
    currency: str
    bill_amount: Decimal
    start: date = FIRST_DAY
    additions: list[Addition] = field(default_factory=list)
    has_invoice_lines: bool = True
    unbilled_months: tuple[date, ...] = ()
    extra_amount: Decimal = Decimal(0)
    cycle: BillingCycle = MONTHLY


def agreement_record(agreement: Agreement, customer_name: str, currency: Record) -> Record:
    """The ConnectWise agreement."""
    company = {"id": agreement.customer_id, "name": customer_name}
    return {
        "id": agreement.id,
        "name": agreement.name,
        "type": {"id": 1, "name": "Managed Services"},
        "company": company,
        "billToCompany": company,
        "parentAgreement": None,
        "startDate": midnight(agreement.start),
        "endDate": None,
        "noEndingDateFlag": True,
        "cancelledFlag": False,
        "dateCancelled": None,
        "agreementStatus": "Active",
        "billAmount": agreement.bill_amount * agreement.cycle.months,
        "billingCycle": {"id": agreement.cycle.id, "name": agreement.cycle.name},
        "billStartDate": midnight(agreement.start),
        "nextInvoiceDate": None,
        "applicationUnits": "Amount",
        "applicationLimit": Decimal(0),
        "applicationCycle": "CalendarMonth",
        "invoicingCycle": "CalendarYear",
        "periodType": "Current",
        "prorateFlag": False,
        "prorateFirstBill": Decimal(0),
        "oneTimeFlag": False,
        "autoInvoiceFlag": True,
        "taxable": True,
        "taxCode": {"id": 1, "name": "Standard"},
        "currency": currency,
        "coverAgreementTime": True,
        "coverAgreementProduct": False,
        "coverAgreementExpense": False,
        "billTime": "Billable",
        "billProducts": "Billable",
        "billExpenses": "Billable",
        "customFields": [],
        "_info": {"lastUpdated": stamp(agreement.start)},
    }


def billing_cycle_records() -> list[Record]:
    """ConnectWise's setup table of billing cycles."""
    return [
        {
            "id": cycle.id,
            "identifier": f"C{cycle.id}",
            "name": cycle.name,
            "billingOptions": cycle.option,
            "defaultFlag": cycle is MONTHLY,
        }
        for cycle in BILLING_CYCLES
    ]


def addition_record(addition: Addition, months: int, day: date) -> Record | None:
    """The ConnectWise addition as it stands on that day, None before it was entered; amounts per cycle of months."""
    if day < addition.effective:
        return None
    quantity = addition.quantity.at(day)
    cancelled = addition.cancelled.at(day)
    price, cost = addition.price * months, addition.cost * months
    billed = max(quantity - addition.less_included, Decimal(0))
    return {
        "id": addition.id,
        "agreementId": addition.agreement_id,
        "product": {"id": addition.product.psa_id, "identifier": addition.product.psa_code},
        "description": addition.product.name,
        "invoiceDescription": addition.product.name,
        "quantity": quantity,
        "lessIncluded": addition.less_included,
        "billedQuantity": billed,
        "unitPrice": price,
        "unitCost": cost,
        "extPrice": billed * price,
        "extCost": billed * cost,
        "margin": billed * (price - cost),
        "effectiveDate": midnight(addition.effective),
        "cancelledDate": midnight(cancelled),
        "billCustomer": addition.option,
        "taxableFlag": True,
        "agreementStatus": "Active",
        "uom": "Each",
        "sequenceNumber": Decimal(addition.id),
        "serialNumber": None,
        "purchaseItemFlag": False,
        "specialOrderFlag": False,
        "customFields": [],
        "_info": {"lastUpdated": stamp(last_change(day, addition.effective, addition.quantity, addition.cancelled))},
    }
