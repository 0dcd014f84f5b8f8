"""Reads what ConnectWise gives only by parent: additions of every agreement, details of every changed invoice.

agreements → raw_connectwise.agreement_additions; invoices → raw_connectwise.invoice_details
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import chain
from typing import TypeVar
from urllib.parse import quote

import pyarrow.compute as pc

from data_contracts.contract import raw_contract
from ingestion.completeness import ListTally, weakest
from ingestion.connectwise.client import MAX_CONCURRENT, ConnectWiseClient
from ingestion.connectwise.connection import VENDOR
from ingestion.connectwise.endpoints import ADDITIONS, INVOICE_DETAILS
from ingestion.connectwise.extract import with_invoice
from ingestion.connectwise.watermark import Watermark, latest, parse_watermark
from ingestion.http.errors import HttpError
from ingestion.legs import IngestionError, LegEnd, LegKey, LegReading, LegStatus, Proof, ScopeEnd
from ingestion.projection.envelope import ARRAY, SINGLE
from ingestion.projection.page import ProjectedPage, project

# The path of invoice details is not documented for certain; this many misses in a row tell that it is not there.
PROBED_INVOICES = 3

Found = TypeVar("Found")


def read_additions(client: ConnectWiseClient, agreements: LegKey, reading: LegReading) -> LegEnd:
    """The lines of every agreement: touching a line need not touch its agreement, so none is skipped.

    Shape: `id` unique. Errors: as ConnectWiseClient.pages; one agreement that fails fails the leg.
    """
    contract = raw_contract(VENDOR, ADDITIONS.table)
    where = client.where(ADDITIONS.table)
    options = {"fields": ",".join(contract.select)}

    def cut(page: bytes) -> ProjectedPage:
        return project(page, contract, where=where, envelope=ARRAY)

    def pages_of(agreement_id: str) -> tuple[list[ProjectedPage], Proof]:
        path = ADDITIONS.path.format(id=quote(agreement_id, safe=""))
        tally = ListTally()
        return list(client.pages(ADDITIONS, path, options, cut, reading.stats, tally)), tally.proof()

    proofs = []
    for pages, proof in _in_parallel(pages_of, reading.rows(agreements, ["id"]).column("id").to_pylist()):
        proofs.append(proof)
        for page in pages:
            page.count_into(reading.stats)
            reading.write(page.table)
    return LegEnd({ADDITIONS.table: [ScopeEnd("full", proof=weakest(proofs))]})


def read_invoice_details(client: ConnectWiseClient, path: str, invoices: LegKey, reading: LegReading) -> LegEnd:
    """Which products, time entries and expenses each new or changed invoice holds.

    Shape: one row per invoice. The watermark is this leg's own, so that invoices of a failed run are asked for again.
    Errors: `not_offered` where the path answers 404 for every invoice; an invoice without details is a problem.
    """
    mark = None if reading.full_refresh else parse_watermark(reading.cursor())
    wanted, seen = _changed_invoices(reading, invoices, mark)
    contract = raw_contract(VENDOR, INVOICE_DETAILS.table)
    where = client.where(INVOICE_DETAILS.table)

    def details_of(invoice_id: str) -> ProjectedPage | HttpError:
        try:
            found = client.get(INVOICE_DETAILS, path.format(id=quote(invoice_id, safe="")), reading.stats)
        except HttpError as error:
            if error.http_status != 404:
                raise
            return error
        return project(found, contract, where=where, envelope=SINGLE)

    missing: list[HttpError] = []
    probed = [details_of(invoice_id) for invoice_id in wanted[:PROBED_INVOICES]]
    if probed and all(isinstance(found, HttpError) for found in probed):
        raise _not_offered(where)
    rest = wanted[PROBED_INVOICES:]
    for invoice_id, found in zip(wanted, chain(probed, _in_parallel(details_of, rest)), strict=True):
        if isinstance(found, HttpError):
            missing.append(found)
            continue
        found.count_into(reading.stats)
        reading.write(with_invoice(found.table, invoice_id))
    cursor = reading.cursor() if missing else None
    if not missing and seen is not None:
        cursor = Watermark(seen, mark.full_at if mark is not None else reading.started_at).text()
    scope = ScopeEnd("full" if mark is None and not missing else "upsert", cursor=cursor)
    return LegEnd({INVOICE_DETAILS.table: [scope]}, tuple(missing[:1]))


def _changed_invoices(
    reading: LegReading, invoices: LegKey, mark: Watermark | None
) -> tuple[list[str], datetime | None]:
    rows = reading.rows(invoices, ["id", "info_last_updated"])
    stamps = rows.column("info_last_updated")
    seen = latest(stamps, mark.seen if mark is not None else None, reading.started_at)
    if mark is None:
        return sorted(rows.column("id").to_pylist()), seen
    later = rows.filter(pc.fill_null(pc.greater(stamps, mark.seen), False)).column("id").to_pylist()
    return sorted({*later, *reading.changed_rows(invoices, ["id"]).column("id").to_pylist()}), seen


def _not_offered(where: str) -> IngestionError:
    return IngestionError(
        f"{where}: {INVOICE_DETAILS.template} answered 404 for every invoice that was tried.",
        error_class="not_offered",
        advice="This release of ConnectWise does not give invoice details under this path. Lines are rebuilt without.",
        status=LegStatus.NOT_OFFERED,
    )


def _in_parallel(read: Callable[[str], Found], ids: Sequence[str]) -> Iterator[Found]:
    """The answers in the order of the ids, with as many requests at once as the vendor bears."""
    with ThreadPoolExecutor(max_workers=MAX_CONCURRENT) as pool:
        yield from pool.map(read, ids)
