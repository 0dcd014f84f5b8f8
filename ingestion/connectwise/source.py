"""The ConnectWise legs: which table is read by which function, and in what order."""

from functools import partial

from ingestion.connectwise.children import read_additions, read_invoice_details
from ingestion.connectwise.client import ConnectWiseClient
from ingestion.connectwise.connection import VENDOR, ConnectWiseConnection
from ingestion.connectwise.endpoints import ADDITIONS, AGREEMENTS, INVOICE_DETAILS, INVOICES, LIST_ENDPOINTS
from ingestion.connectwise.lists import read_list
from ingestion.http.client import HttpClient
from ingestion.legs import Leg, LegKey


def connectwise_legs(connection: ConnectWiseConnection, http: HttpClient | None = None) -> list[Leg]:
    """Every leg of the connection; additions follow the agreements, invoice details the invoices."""
    client = ConnectWiseClient(connection, http)

    def key(table: str) -> LegKey:
        return LegKey(VENDOR, connection.connection_id, "", table)

    read = partial(read_list, tenant_id_field=connection.tenant_id_field)
    legs = [Leg(key(endpoint.table), partial(read, client, endpoint)) for endpoint in LIST_ENDPOINTS]
    agreements, invoices = key(AGREEMENTS.table), key(INVOICES.table)
    additions = partial(read_additions, client, agreements)
    details = partial(read_invoice_details, client, connection.invoice_detail_path, invoices)
    legs.append(Leg(key(ADDITIONS.table), additions, needs=(agreements,)))
    legs.append(Leg(key(INVOICE_DETAILS.table), details, needs=(invoices,)))
    return legs
