"""Reads Pax8: lists as a whole, and the items of invoices that are new or recent.

list endpoint → raw_pax8.<table>; invoices → raw_pax8.invoice_items
"""

from datetime import date
from urllib.parse import quote

from data_contracts.contract import raw_contract
from ingestion.completeness import ListTally
from ingestion.legs import LegEnd, LegKey, LegReading, ScopeEnd
from ingestion.pax8.client import Pax8Client
from ingestion.pax8.connection import VENDOR
from ingestion.pax8.endpoints import INVOICE_ITEMS, Endpoint
from ingestion.pax8.extract import with_item_keys
from ingestion.projection.envelope import PAX8
from ingestion.projection.page import project

# An invoice is immutable after issue; younger ones are read again in case it is not yet. Source: reference, 5.3, 5.5.
RECENT_MONTHS = 3
ITEMS_READ = "read"


def read_list(client: Pax8Client, endpoint: Endpoint, reading: LegReading) -> LegEnd:
    """Every row of a table, all statuses.

    Shape: `id` may come twice where rows move between pages; the last one counts. Errors: as Pax8Client.pages.
    """
    contract = raw_contract(VENDOR, endpoint.table)
    where = client.where(endpoint.table)
    tally = ListTally()
    for page in client.pages(
        endpoint, endpoint.path, lambda page: project(page, contract, where=where, envelope=PAX8), reading.stats
    ):
        tally.see(page.table.column("id").to_pylist(), page.total_rows)
        reading.write(page.table)
    return LegEnd({endpoint.table: [ScopeEnd("full", proof=tally.proof())]})


def read_invoice_items(client: Pax8Client, invoices: LegKey, reading: LegReading) -> LegEnd:
    """The items of every invoice that was never read or is younger than three months.

    Shape: (invoice_id, item_key) unique; one scope per invoice read, whose cursor says that it was.
    Errors: as Pax8Client.pages.
    """
    contract = raw_contract(VENDOR, INVOICE_ITEMS.table)
    where = client.where(INVOICE_ITEMS.table)
    recent = _months_before(reading.as_of, RECENT_MONTHS)
    scopes = []
    for row in reading.rows(invoices, ["id", "invoice_date"]).sort_by("id").to_pylist():
        invoice_id, invoice_date = row["id"], row["invoice_date"]
        if reading.cursor(invoice_id) is not None and invoice_date is not None and invoice_date < recent:
            continue
        ordinal, lines, tally = 1, {}, ListTally()
        path = INVOICE_ITEMS.path.format(id=quote(invoice_id, safe=""))
        for page in client.pages(
            INVOICE_ITEMS, path, lambda page: project(page, contract, where=where, envelope=PAX8), reading.stats
        ):
            items = with_item_keys(page.table, invoice_id, ordinal, lines)
            # Of one answer the rows count; over page edges a line that comes again may stand where another is lost.
            is_only = ordinal == 1 and page.total_pages == 1
            tally.see(range(items.num_rows) if is_only else items.column("item_key").to_pylist(), page.total_rows)
            reading.write(items)
            ordinal += page.table.num_rows
        where_invoice = {"invoice_id": invoice_id}
        scopes.append(ScopeEnd("full", where=where_invoice, cursor=ITEMS_READ, proof=tally.proof()))
    return LegEnd({INVOICE_ITEMS.table: scopes})


def _months_before(day: date, months: int) -> date:
    """The first day of the month that lies so many months back."""
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)
