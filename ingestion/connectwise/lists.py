"""Reads ConnectWise lists: whole ones each time, incremental ones from their watermark.

list endpoint → raw_connectwise.<table>
"""

from collections.abc import Callable
from functools import partial

import pyarrow as pa

from data_contracts.contract import Contract, raw_contract
from ingestion.completeness import ListTally
from ingestion.connectwise.client import ConnectWiseClient
from ingestion.connectwise.connection import VENDOR
from ingestion.connectwise.endpoints import COMPANIES, CONTACTS, CUSTOM_FIELDS, Endpoint
from ingestion.connectwise.extract import keep_custom_field, keep_emails
from ingestion.connectwise.watermark import Watermark, latest, parse_watermark
from ingestion.legs import LegEnd, LegReading, ScopeEnd
from ingestion.projection.envelope import ARRAY
from ingestion.projection.page import ProjectedPage, project


def read_list(
    client: ConnectWiseClient, endpoint: Endpoint, reading: LegReading, *, tenant_id_field: str = ""
) -> LegEnd:
    """Every row of a table, or those that changed since the watermark where the contract reads incrementally.

    Shape: `id` may come twice at page edges and within the overlap; the last one counts.
    tenant_id_field: caption of the one custom field that is kept of a company; without one none is asked for.
    Errors: as ConnectWiseClient.pages.
    """
    contract = raw_contract(VENDOR, endpoint.table)
    where = client.where(endpoint.table)
    is_incremental = contract.read_mode == "incremental"
    mark = parse_watermark(reading.cursor()) if is_incremental and not reading.full_refresh else None
    if mark is not None and not mark.is_usable(reading.started_at):
        mark = None
    # Only what the contract lists is transported: no notes, names or phone numbers.
    options = {"fields": ",".join(_asked_fields(contract, tenant_id_field))}
    if mark is not None:
        options["conditions"] = mark.condition
    seen = mark.seen if mark is not None else None

    def cut(page: bytes) -> ProjectedPage:
        return project(page, contract, where=where, envelope=ARRAY)

    keep = _keeper(endpoint, tenant_id_field)
    tally = ListTally()
    for page in client.pages(endpoint, endpoint.path, options, cut, reading.stats, tally):
        page.count_into(reading.stats)
        reading.write(keep(page.table))
        if is_incremental:
            seen = latest(page.table.column("info_last_updated"), seen, reading.started_at)
    cursor = None
    if is_incremental and seen is not None:
        cursor = Watermark(seen, mark.full_at if mark is not None else reading.started_at).text()
    mode = "upsert" if mark is not None else "full"
    return LegEnd({endpoint.table: [ScopeEnd(mode, cursor=cursor, proof=tally.proof())]})


def _asked_fields(contract: Contract, tenant_id_field: str) -> list[str]:
    """What the contract lists, without the custom fields, which may hold anything, where none of them is wanted."""
    return [name for name in contract.select if name != CUSTOM_FIELDS or tenant_id_field]


def _keeper(endpoint: Endpoint, tenant_id_field: str) -> Callable[[pa.Table], pa.Table]:
    """What a page of the endpoint loses before it is spooled."""
    if endpoint is COMPANIES:
        return partial(keep_custom_field, caption=tenant_id_field)
    return keep_emails if endpoint is CONTACTS else lambda rows: rows
