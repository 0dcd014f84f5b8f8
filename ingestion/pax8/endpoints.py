"""The Pax8 endpoints that are read, as data. Source: reference psa-and-distributors, section 5.3."""

from dataclasses import dataclass

PAGE_ROWS = 200
_DOCS = "https://devx.pax8.com/reference"


@dataclass(frozen=True)
class Endpoint:
    """One collection; `{id}` in the path stands for the invoice's id."""

    table: str
    path: str
    doc: str = _DOCS

    @property
    def template(self) -> str:
        """What messages and logs call it."""
        return f"GET {self.path}"


COMPANIES = Endpoint("companies", "/companies")
SUBSCRIPTIONS = Endpoint("subscriptions", "/subscriptions")
PRODUCTS = Endpoint("products", "/products")
INVOICES = Endpoint("invoices", "/invoices")
INVOICE_ITEMS = Endpoint("invoice_items", "/invoices/{id}/items")

LIST_ENDPOINTS = (COMPANIES, SUBSCRIPTIONS, PRODUCTS, INVOICES)
