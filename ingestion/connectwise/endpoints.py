"""The ConnectWise endpoints that are read, as data. Source: reference psa-and-distributors, sections 2.2 and 2.6."""

from dataclasses import dataclass

_DOCS = "https://developer.connectwise.com/Products/ConnectWise_PSA/REST"

FORWARD_PAGE_ROWS = 999
CLASSIC_PAGE_ROWS = 1000


@dataclass(frozen=True)
class Endpoint:
    """One collection.

    module: what the API member's security role must let inquire. path: `{id}` stands for the parent's id.
    """

    table: str
    path: str
    module: str
    doc: str = _DOCS

    @property
    def template(self) -> str:
        """What messages and logs call it."""
        return f"GET {self.path}"


COMPANIES = Endpoint("companies", "/company/companies", "Companies: Company Maintenance")
CONTACTS = Endpoint("contacts", "/company/contacts", "Companies: Contacts")
AGREEMENTS = Endpoint("agreements", "/finance/agreements", "Finance: Agreements")
ADDITIONS = Endpoint("agreement_additions", "/finance/agreements/{id}/additions", "Finance: Agreements")
INVOICES = Endpoint("invoices", "/finance/invoices", "Finance: Invoicing")
INVOICE_DETAILS = Endpoint("invoice_details", "/finance/info/invoice/{id}", "Finance: Invoicing")
PRODUCTS = Endpoint("products", "/procurement/products", "Procurement: Products")
TIME_ENTRIES = Endpoint("time_entries", "/time/entries", "Time & Expense: Time Entry, and Finance: Billing View Time")
EXPENSES = Endpoint("expenses", "/expense/entries", "Time & Expense: Expense Report Entry")
MEMBERS = Endpoint("members", "/system/members", "System: Member Maintenance, and Finance: Company Finance")
CATALOG_ITEMS = Endpoint("catalog_items", "/procurement/catalog", "Procurement: Product Catalog")
BILLING_CYCLES = Endpoint("billing_cycles", "/finance/billingCycles", "System: Table Setup")

# A company's property that may hold anything an MSP writes down; asked for only where one of them is named.
CUSTOM_FIELDS = "customFields"

# Read as lists; additions and invoice details follow from their parents.
LIST_ENDPOINTS = (
    COMPANIES, CONTACTS, AGREEMENTS, INVOICES, PRODUCTS, TIME_ENTRIES, EXPENSES, MEMBERS, CATALOG_ITEMS,
    BILLING_CYCLES,
)  # fmt: skip
