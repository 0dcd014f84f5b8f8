"""The Pax8 endpoints that are read, as data. Source: reference psa-and-distributors, section 5.3."""

from dataclasses import dataclass

PAGE_ROWS = 200
_DOCS = "https://devx.pax8.com/reference"


@dataclass(frozen=True)
class Endpoint:
    """One collection; `{id}` in the path stands for the invoice's id.

    sort: the steadiest order that the list accepts, blank where it accepts none: rows move less between pages.
    """

    table: str
    path: str
    doc: str = _DOCS
    sort: str = ""

    @property
    def template(self) -> str:
        """What messages and logs call it."""
        return f"GET {self.path}"


COMPANIES = Endpoint("companies", "/companies", sort="name,asc")
SUBSCRIPTIONS = Endpoint("subscriptions", "/subscriptions", sort="createdDate,asc")
PRODUCTS = Endpoint("products", "/products", sort="name,asc")
INVOICES = Endpoint("invoices", "/invoices", sort="invoiceDate,asc")
INVOICE_ITEMS = Endpoint("invoice_items", "/invoices/{id}/items")

LIST_ENDPOINTS = (COMPANIES, SUBSCRIPTIONS, PRODUCTS, INVOICES)
