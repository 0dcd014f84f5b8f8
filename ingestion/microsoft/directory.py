"""Reads the directory tables that come as a whole: SKUs, organization, domains, roles, policies, registration.

Graph list → raw_microsoft.<table>, scope mode full.
"""

import time
from collections.abc import Callable, Iterator

import pyarrow as pa

from data_contracts.contract import Contract, raw_contract
from ingestion.http.backoff import RetryPolicy
from ingestion.http.errors import HttpError
from ingestion.legs import IngestionError, LegEnd, LegReading, LegStatus, ScopeEnd
from ingestion.microsoft.client import GraphClient
from ingestion.microsoft.connection import VENDOR
from ingestion.microsoft.endpoints import Endpoint
from ingestion.microsoft.failures import is_no_premium, not_licensed
from ingestion.microsoft.premium import Premium, PremiumFact, premium_of
from ingestion.projection.envelope import GRAPH, SINGLE
from ingestion.projection.page import ProjectedPage

# Graph refuses licensed tenants now and then. Source: reference microsoft-graph, section 4.
NO_PREMIUM_TRIES = 4


def select_options(contract: Contract, endpoint: Endpoint) -> dict[str, str]:
    """The query options of an endpoint's first request: `$select` from the contract, then the documented others."""
    properties = [name for name in contract.select if name not in endpoint.unselected]
    return {"$select": ",".join(properties), **dict(endpoint.options), **dict(endpoint.unverified_options)}


def read_list(client: GraphClient, endpoint: Endpoint, reading: LegReading) -> LegEnd:
    """Every row of a collection or singleton, written page by page.

    Shape: one row per object of the tenant. Errors: as GraphClient.pages.
    """
    for page in _pages(client, endpoint, reading):
        reading.write(page.table)
    return _whole(endpoint)


def read_skus(client: GraphClient, endpoint: Endpoint, reading: LegReading, fact: PremiumFact) -> LegEnd:
    """The SKUs, and with them what is proven about Entra ID P1."""
    tables = []
    for page in _pages(client, endpoint, reading):
        tables.append(page.table)
        reading.write(page.table)
    fact.learn(premium_of(pa.concat_tables(tables)))
    return _whole(endpoint)


def read_registration(
    client: GraphClient, endpoint: Endpoint, reading: LegReading, fact: PremiumFact,
    sleep: Callable[[float], None] = time.sleep,
) -> LegEnd:  # fmt: skip
    """The registration report, where the tenant is licensed for it.

    Errors: `not_licensed` where Graph gives nothing and the service plans say why. Either alone is not believed: a list
    of plans may leave some out, and Graph refuses licensed tenants at times, so there it is asked again.
    """
    where = client.where(endpoint.table)
    for tried in range(1, NO_PREMIUM_TRIES + 1):
        try:
            end = read_list(client, endpoint, reading)
        except IngestionError as error:
            if _is_for_want_of_licence(error, fact):
                raise not_licensed(where, endpoint, fact.premium.value) from error
            # Pages already written would come twice.
            if not is_no_premium(error) or tried == NO_PREMIUM_TRIES or reading.stats.rows_read:
                raise
        else:
            if fact.premium is Premium.ABSENT and not reading.stats.rows_read:
                raise not_licensed(where, endpoint, Premium.ABSENT.value)
            return end
        reading.stats.retry_count += 1
        sleep(RetryPolicy().wait_seconds(tried, None, 1.0))
    raise AssertionError("the loop returns or raises")


def read_policies(client: GraphClient, endpoint: Endpoint, reading: LegReading, fact: PremiumFact) -> LegEnd:
    """Conditional Access policies; a refusal in a tenant proven without P1 is a matter of licence."""
    try:
        return read_list(client, endpoint, reading)
    except IngestionError as error:
        if _is_for_want_of_licence(error, fact):
            raise not_licensed(client.where(endpoint.table), endpoint, fact.premium.value) from error
        raise


def _is_for_want_of_licence(error: IngestionError, fact: PremiumFact) -> bool:
    """Whether a refusal and the tenant's service plans together prove that the licence is absent."""
    is_proven = fact.premium is Premium.ABSENT and error.status is LegStatus.NOT_PERMITTED
    return is_proven or (fact.premium in (Premium.ABSENT, Premium.LAPSED) and is_no_premium(error))


def _pages(client: GraphClient, endpoint: Endpoint, reading: LegReading) -> Iterator[ProjectedPage]:
    contract = raw_contract(VENDOR, endpoint.table)
    envelope = SINGLE if endpoint.is_singleton else GRAPH
    options = select_options(contract, endpoint)
    try:
        yield from client.pages(endpoint, client.url(endpoint, options), contract, reading.stats, envelope=envelope)
    except HttpError as error:
        if error.http_status != 400 or not endpoint.unverified_options or reading.stats.rows_read:
            raise
        documented = {name: value for name, value in options.items() if name not in dict(endpoint.unverified_options)}
        yield from client.pages(endpoint, client.url(endpoint, documented), contract, reading.stats, envelope=envelope)


def _whole(endpoint: Endpoint) -> LegEnd:
    return LegEnd({endpoint.table: [ScopeEnd("full")]})
