"""PSA agreements and their additions (the contract lines) as planned, and their ConnectWise records."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ingestion.simulator.world.products import Product
from ingestion.simulator.world.shapes import Record
from ingestion.simulator.world.timeline import FIRST_DAY, Steps, last_change, midnight, stamp

BILLABLE = "Billable"
NO_CHARGE = "NoCharge"


@dataclass
class Addition:
    """One contract line; quantity changes in place, `cancelled` is the first day without it."""

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
    """One recurring agreement; `unbilled_months` are months without an invoice."""

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
        "billAmount": agreement.bill_amount,
        "billingCycle": {"id": 2, "name": "Monthly"},
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


def addition_record(addition: Addition, day: date) -> Record | None:
    """The ConnectWise addition as it stands on that day, None before it was entered."""
    if day < addition.effective:
        return None
    quantity = addition.quantity.at(day)
    cancelled = addition.cancelled.at(day)
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
        "unitPrice": addition.price,
        "unitCost": addition.cost,
        "extPrice": billed * addition.price,
        "extCost": billed * addition.cost,
        "margin": billed * (addition.price - addition.cost),
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
