"""Customers of the invented MSP and their contacts; ConnectWise companies and contacts, Pax8 companies."""

from dataclasses import dataclass, field
from datetime import date

from ingestion.simulator.world.agreements import Agreement
from ingestion.simulator.world.shapes import NOTE_CANARY, Record
from ingestion.simulator.world.timeline import FIRST_DAY, midnight, stamp

CLIENT = "Client"
VENDOR = "Vendor"
PROSPECT = "Prospect"
INTERNAL = "Owner"
TENANT_FIELD_CAPTION = "Microsoft tenant"
CURRENCY_IDS = {"USD": 1, "EUR": 2, "GBP": 3, "CAD": 4}
UNASSIGNED = "unassigned"


@dataclass(frozen=True)
class Contact:
    """A person at a company, with every e-mail address that the PSA knows."""

    id: int
    company_id: int
    first_name: str
    last_name: str
    emails: tuple[str, ...]
    first_day: date = FIRST_DAY


@dataclass
class Account:
    """A company at the distributor; `mapping` is how it gets its customer: external, manual or none."""

    id: str
    name: str
    customer_id: str | None
    mapping: str


@dataclass
class Customer:
    """One PSA company with its contacts, agreements and account at the distributor."""

    id: int
    name: str
    website: str | None
    kind: str = CLIENT
    currency: str = "USD"
    parent_id: int | None = None
    account: Account | None = None
    contacts: list[Contact] = field(default_factory=list)
    agreements: list[Agreement] = field(default_factory=list)
    tenant_id_field: str | None = None

    @property
    def key(self) -> str:
        """The customer id of the warehouse."""
        return str(self.id)

    @property
    def is_billable(self) -> bool:
        """True for clients only."""
        return self.kind == CLIENT


def currency_reference(code: str) -> Record:
    """A ConnectWise currency reference."""
    return {"id": CURRENCY_IDS[code], "name": f"{code} (invented)", "currencyCode": code, "symbol": code}


def reference(number: int | None, name: str | None) -> Record | None:
    """A ConnectWise reference, None where there is nothing to refer to."""
    return None if number is None else {"id": number, "name": name}


def company_records(customers: list[Customer]) -> list[Record]:
    """ConnectWise companies."""
    names = {customer.id: customer.name for customer in customers}
    return [
        {
            "id": customer.id,
            "identifier": f"C{customer.id}",
            "name": customer.name,
            "status": {"id": 1, "name": "Active"},
            "types": [{"id": 1, "name": customer.kind}],
            "deletedFlag": False,
            "dateDeleted": None,
            "parentCompany": reference(customer.parent_id, names.get(customer.parent_id or 0)),
            "billToCompany": reference(customer.id, customer.name),
            "currency": currency_reference(customer.currency),
            "taxCode": {"id": 1, "name": "Standard"},
            "taxIdentifier": None,
            "accountNumber": None,
            "website": customer.website,
            "phoneNumber": None,
            "addressLine1": "1 Invented Way",
            "addressLine2": None,
            "city": "Nowhere",
            "state": None,
            "zip": None,
            "country": {"id": 1, "name": "United States"},
            "territory": None,
            "market": None,
            "timeZoneSetup": None,
            "isVendorFlag": customer.kind == VENDOR,
            "vendorIdentifier": None,
            "resellerIdentifier": None,
            "customFields": [
                {"id": 7, "caption": TENANT_FIELD_CAPTION, "type": "Text", "value": customer.tenant_id_field},
                {"id": 8, "caption": "Admin password", "type": "Text", "value": NOTE_CANARY},
                {"id": 9, "caption": "Seats", "type": "Number", "value": 12},
            ],
            "_info": {"lastUpdated": stamp(FIRST_DAY), "updatedBy": "admin"},
        }
        for customer in customers
    ]


def contact_records(customers: list[Customer], day: date) -> list[Record]:
    """ConnectWise contacts known on that day."""
    return [
        {
            "id": contact.id,
            "firstName": contact.first_name,
            "lastName": contact.last_name,
            "company": {"id": customer.id, "name": customer.name},
            "site": None,
            "inactiveFlag": False,
            "defaultFlag": index == 0,
            "defaultBillingFlag": index == 0,
            "title": None,
            "types": [],
            "communicationItems": [
                {
                    "id": contact.id * 10 + position,
                    "type": {"id": 1, "name": "Email"},
                    "value": email,
                    "defaultFlag": position == 0,
                    "domain": f"@{email.rsplit('@', 1)[1]}",
                    "communicationType": "Email",
                }
                for position, email in enumerate(contact.emails)
            ]
            + [
                {
                    "id": contact.id * 10 + 9,
                    "type": {"id": 2, "name": "Direct"},
                    "value": "5550100",
                    "defaultFlag": True,
                    "domain": None,
                    "communicationType": "Phone",
                }
            ],
            "_info": {"lastUpdated": stamp(contact.first_day)},
        }
        for customer in customers
        for index, contact in enumerate(customer.contacts)
        if contact.first_day <= day
    ]


def account_records(accounts: list[Account]) -> list[Record]:
    """Pax8 companies; `externalId` holds the PSA id only where the mapping relies on it."""
    records = []
    for account in accounts:
        record: Record = {
            "id": account.id,
            "name": account.name,
            "address": {"street": "1 Invented Way", "city": "Nowhere", "postalCode": "00000", "country": "US"},
            "phone": "5550100",
            "website": None,
            "billOnBehalfOfEnabled": False,
            "selfServiceAllowed": False,
            "orderApprovalRequired": False,
            "status": "Active",
            "updatedDate": midnight(FIRST_DAY),
        }
        if account.mapping == "external":
            record["externalId"] = account.customer_id
        records.append(record)
    return records
