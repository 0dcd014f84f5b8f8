"""The Pax8 legs: which table is read by which function, and in what order."""

from functools import partial

from ingestion.http.client import HttpClient
from ingestion.legs import Leg, LegKey
from ingestion.pax8.client import Pax8Client
from ingestion.pax8.connection import VENDOR, Pax8Connection
from ingestion.pax8.endpoints import INVOICE_ITEMS, INVOICES, LIST_ENDPOINTS
from ingestion.pax8.lists import read_invoice_items, read_list


def pax8_legs(connection: Pax8Connection, http: HttpClient | None = None) -> list[Leg]:
    """Every leg of the connection; invoice items follow the invoices."""
    client = Pax8Client(connection, http)

    def key(table: str) -> LegKey:
        return LegKey(VENDOR, connection.connection_id, "", table)

    legs = [Leg(key(endpoint.table), partial(read_list, client, endpoint)) for endpoint in LIST_ENDPOINTS]
    invoices = key(INVOICES.table)
    items = partial(read_invoice_items, client, invoices)
    return [*legs, Leg(key(INVOICE_ITEMS.table), items, needs=(invoices,))]
