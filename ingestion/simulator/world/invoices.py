"""PSA invoices and product lines as planned, and their ConnectWise records on one day."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ingestion.simulator.world.products import Product
from ingestion.simulator.world.shapes import Record
from ingestion.simulator.world.timeline import Steps, last_change, midnight, stamp

AGREEMENT = "Agreement"
STANDARD = "Standard"
CREDIT_MEMO = "CreditMemo"
DOWN_PAYMENT = "DownPayment"
SENT = "Sent"
VOID = "Void"
TAX_RATE = Decimal("0.08")
CENT = Decimal("0.01")


@dataclass
class ProductLine:
    """One product on an invoice; `start` and `end` are its service period, the end day included."""

    product: Product
    quantity: Decimal
    price: Decimal
    cost: Decimal
    option: str = "Billable"
    discount: Decimal = Decimal(0)
    start: date | None = None
    end: date | None = None
    agreement_id: int | None = None
    id: int = 0

    @property
    def amount(self) -> Decimal:
        """Net revenue of the line; a line that is not billable earns nothing."""
        return self.price * self.quantity - self.discount if self.option == "Billable" else Decimal(0)


@dataclass
class Invoice:
    """One document. `subtotal` is its net sum in the sign that the vendor sends.

    `adjustment` is the covered time taken off and `down_payment` the one applied, both as the vendor sends them.
    """

    kind: str
    customer_id: int
    date: date
    currency: str
    subtotal: Decimal
    agreement_id: int | None = None
    agreement_amount: Decimal = Decimal(0)
    lines: list[ProductLine] = field(default_factory=list)
    status: Steps[str] = field(default_factory=lambda: Steps(SENT))
    bill_to_id: int | None = None
    has_time: bool = False
    service_total: Decimal = Decimal(0)
    expense_total: Decimal = Decimal(0)
    adjustment: Decimal = Decimal(0)
    down_payment: Decimal = Decimal(0)
    id: int = 0

    @property
    def is_down_payment(self) -> bool:
        """True for a document that asks for a down payment, which a later one takes off."""
        return self.kind == DOWN_PAYMENT

    @property
    def is_credit(self) -> bool:
        """True for credit memos, whose amounts count as negative whatever their sign."""
        return self.kind == CREDIT_MEMO


def invoice_record(invoice: Invoice, names: dict[int, str], currency: Record, day: date) -> Record:
    """The ConnectWise invoice on that day."""
    tax = (invoice.subtotal * TAX_RATE).quantize(CENT)
    status = invoice.status.at(day)
    bill_to = invoice.bill_to_id or invoice.customer_id
    return {
        "id": invoice.id,
        "invoiceNumber": f"INV{invoice.id:06d}",
        "type": invoice.kind,
        "applyToType": "Agreement" if invoice.agreement_id else "All",
        "applyToId": invoice.agreement_id,
        "status": {"id": 9 if status == VOID else 2, "name": status},
        "company": {"id": invoice.customer_id, "name": names[invoice.customer_id]},
        "billToCompany": {"id": bill_to, "name": names[bill_to]},
        "agreement": {"id": invoice.agreement_id, "name": "Managed services"} if invoice.agreement_id else None,
        "date": midnight(invoice.date),
        "dueDate": midnight(invoice.date),
        "subtotal": invoice.subtotal,
        "total": invoice.subtotal + tax,
        "salesTax": tax,
        "serviceTotal": invoice.service_total,
        "productTotal": sum((line.amount for line in invoice.lines), Decimal(0)),
        "expenseTotal": invoice.expense_total,
        "agreementAmount": invoice.agreement_amount,
        "serviceAdjustmentAmount": invoice.adjustment,
        "downpaymentApplied": invoice.down_payment,
        "balance": Decimal(0),
        "payments": Decimal(0),
        "credits": Decimal(0),
        "currency": currency,
        "taxCode": {"id": 1, "name": "Standard"},
        "taxableFlag": True,
        "specialInvoiceFlag": invoice.is_credit or invoice.is_down_payment,
        "project": None,
        "ticket": None,
        "salesOrder": None,
        "customFields": [],
        "_info": {"lastUpdated": stamp(last_change(day, invoice.date, invoice.status))},
    }


def product_record(line: ProductLine, invoice: Invoice, names: dict[int, str]) -> Record:
    """The ConnectWise product line; `recurring` only where the line has a service period."""
    record: Record = {
        "id": line.id,
        "catalogItem": {"id": line.product.psa_id, "identifier": line.product.psa_code},
        "description": line.product.name,
        "quantity": line.quantity,
        "quantityCancelled": Decimal(0),
        "price": line.price,
        "cost": line.cost,
        "discount": line.discount,
        "listPrice": line.price,
        "billableOption": line.option,
        "productClass": line.product.product_class,
        "agreement": {"id": line.agreement_id, "name": "Managed services"} if line.agreement_id else None,
        "agreementAmount": None,
        "company": {"id": invoice.customer_id, "name": names[invoice.customer_id]},
        "ticket": None,
        "project": None,
        "salesOrder": None,
        "invoice": {"id": invoice.id, "identifier": f"INV{invoice.id:06d}"},
        "taxableFlag": True,
        "cancelledFlag": False,
        "purchaseDate": midnight(invoice.date),
        "vendor": None,
        "vendorSku": line.product.psa_part_number,
        "_info": {"lastUpdated": stamp(invoice.date)},
    }
    if line.start is not None:
        record["recurring"] = {
            "startDate": midnight(line.start),
            "endDate": midnight(line.end),
            "recurringRevenue": line.price * line.quantity,
            "recurringCost": line.cost * line.quantity,
            "billCycleId": 2,
            "cycles": 1,
            "cycleType": "CalendarYear",
        }
    return record
