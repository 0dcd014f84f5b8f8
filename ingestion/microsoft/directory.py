"""Reads the directory tables that come as a whole: organization, domains, roles, policies, applications and their like.

Graph list → raw_microsoft.<table>, scope mode full.
"""

from collections.abc import Iterator

import pyarrow as pa

from data_contracts.contract import Contract, raw_contract
from ingestion.completeness import ListTally, weakest
from ingestion.http.errors import HttpError
from ingestion.legs import IngestionError, LegEnd, LegReading, LegStatus, ScopeEnd
from ingestion.microsoft.client import GraphClient, Recognises
from ingestion.microsoft.connection import VENDOR
from ingestion.microsoft.endpoint import Endpoint
from ingestion.microsoft.premium import PROVING_COLUMNS, PremiumFacts
from ingestion.projection.envelope import GRAPH, SINGLE, Child
from ingestion.projection.page import ProjectedPage

_BAD_REQUEST = 400


def contract_of(endpoint: Endpoint) -> Contract:
    """The contract of the table that an endpoint fills."""
    return raw_contract(VENDOR, endpoint.table)


def selected(contract: Contract, endpoint: Endpoint) -> tuple[str, ...]:
    """The properties that a request of the endpoint selects."""
    return endpoint.select or tuple(name for name in contract.select if name not in endpoint.unselected)


def select_options(contract: Contract, endpoint: Endpoint) -> dict[str, str]:
    """The query options of an endpoint's first request: `$select` from the contract, then the documented others."""
    names = selected(contract, endpoint)
    return {
        **({"$select": ",".join(names)} if names else {}),
        **dict(endpoint.options),
        **dict(endpoint.unverified_options),
    }


def read_list(client: GraphClient, endpoint: Endpoint, reading: LegReading) -> LegEnd:
    """Every row of a collection or singleton, written page by page.

    Shape: one row per object of the tenant; none is written where the answer is the one that the stored rows are of.
    Errors: as GraphClient.pages.
    """
    tally = ListTally()
    for page in list_pages(client, endpoint, reading, recognises=reading.recognises, tally=tally):
        reading.write(page.table)
    return whole(endpoint, tally)


def read_skus(client: GraphClient, endpoint: Endpoint, reading: LegReading, facts: PremiumFacts) -> LegEnd:
    """The SKUs, and with them what is proven about Entra ID P1 and P2."""
    tables = []
    tally = ListTally()
    for page in list_pages(client, endpoint, reading, recognises=reading.recognises, tally=tally):
        tables.append(page.table)
        reading.write(page.table)
    # No page comes of the answer that the stored rows are of.
    facts.learn(pa.concat_tables(tables) if tables else reading.rows(reading.key, PROVING_COLUMNS))
    return whole(endpoint, tally)


def list_pages(
    client: GraphClient, endpoint: Endpoint, reading: LegReading, contract: Contract | None = None,
    children: tuple[Child, ...] = (), more_options: tuple[tuple[str, str], ...] = (), is_held: bool = True,
    recognises: Recognises | None = None, tally: ListTally | None = None,
) -> Iterator[ProjectedPage]:  # fmt: skip
    """The pages of an endpoint's list; options that Graph refuses and that are not documented are left out.

    contract: what the pages hold where that is not the table itself. is_held, recognises, tally: as
    GraphClient.pages.
    """
    contract = contract or contract_of(endpoint)
    envelope = SINGLE if endpoint.is_singleton else GRAPH
    options = select_options(contract, endpoint) | dict(more_options)

    def pages(asked: dict[str, str]) -> Iterator[ProjectedPage]:
        url = client.url(endpoint, asked)
        return client.pages(
            endpoint, url, contract, reading.stats, envelope=envelope, children=children,
            prefer=endpoint.prefer, is_held=is_held, recognises=recognises, tally=tally,
        )  # fmt: skip

    *others, last = _attempts(endpoint, options)
    for asked in others:
        try:
            yield from pages(asked)
        except HttpError as error:
            if error.http_status != _BAD_REQUEST or reading.stats.rows_read:
                raise
            if tally is not None:
                tally.begin_again()
        else:
            return
    yield from pages(last)


def _attempts(endpoint: Endpoint, options: dict[str, str]) -> list[dict[str, str]]:
    """The options to ask with, one after the other while Graph refuses: what no document promises goes first."""
    unverified = dict(endpoint.unverified_options)
    attempts = [options]
    if unverified:
        attempts.append({name: value for name, value in options.items() if name not in unverified})
    if endpoint.has_unverified_select:
        attempts.append({name: value for name, value in attempts[-1].items() if name != "$select"})
    return attempts


def not_in_cloud(client: GraphClient, endpoint: Endpoint, cloud: str) -> IngestionError:
    """The outcome of an endpoint that the tenant's cloud is documented not to have; nothing is asked."""
    return IngestionError(
        f"{client.where(endpoint.table)}: {endpoint.template} is not offered in the cloud {cloud}; it exists in "
        f"{', '.join(endpoint.clouds)}.",
        error_class="not_offered",
        advice="This cloud does not have the endpoint. Nothing to mend here.",
        status=LegStatus.NOT_OFFERED,
    )


def whole(endpoint: Endpoint, *lists: ListTally) -> LegEnd:
    """The end of a leg whose every row was written, out of these lists.

    Where one came in several answers, rows may be missing or come twice: other rows came and went meanwhile.
    Source: https://github.com/microsoft/api-guidelines/blob/vNext/graph/Guidelines-deprecated.md (pagination).
    """
    return LegEnd({endpoint.table: [ScopeEnd("full", proof=weakest(tally.proof() for tally in lists))]})
