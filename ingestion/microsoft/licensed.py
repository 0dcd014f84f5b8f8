"""Reads tables that only a licence gives, and tells a missing licence from Graph's false refusals.

Graph list + what the SKUs prove → rows, or `not_licensed` where the service plans say so.
"""

from collections.abc import Callable

from ingestion.http.backoff import RetryPolicy
from ingestion.http.turn import wait_in_turn
from ingestion.legs import IngestionError, LegEnd, LegReading, LegStatus
from ingestion.microsoft.client import GraphClient
from ingestion.microsoft.directory import read_list
from ingestion.microsoft.endpoint import Endpoint
from ingestion.microsoft.failures import is_no_premium, not_licensed
from ingestion.microsoft.premium import Premium, PremiumFacts

# Graph refuses licensed tenants now and then. Source: reference microsoft-graph, section 4.
NO_PREMIUM_TRIES = 4


def read_licensed(
    client: GraphClient, endpoint: Endpoint, reading: LegReading, facts: PremiumFacts,
    sleep: Callable[[float], None] = wait_in_turn,
) -> LegEnd:  # fmt: skip
    """The list, where the tenant is licensed for it.

    Errors: `not_licensed` where Graph gives nothing and the service plans say why. Either alone is not believed: a list
    of plans may leave some out, and Graph refuses licensed tenants at times, so there it is asked again.
    """
    for tried in range(1, NO_PREMIUM_TRIES + 1):
        try:
            end = read_list(client, endpoint, reading)
        except IngestionError as error:
            _tell_want_of_licence(client, endpoint, facts, error)
            # Pages already written would come twice.
            if not is_no_premium(error) or tried == NO_PREMIUM_TRIES or reading.stats.rows_read:
                raise
        else:
            if facts.of(endpoint.plan) is Premium.ABSENT and not reading.stats.rows_read:
                raise not_licensed(client.where(endpoint.table), endpoint, facts.evidence(endpoint.plan))
            return end
        reading.stats.retry_count += 1
        sleep(RetryPolicy().wait_seconds(tried, None, 1.0))
    raise AssertionError("the loop returns or raises")


def read_policies(client: GraphClient, endpoint: Endpoint, reading: LegReading, facts: PremiumFacts) -> LegEnd:
    """Conditional Access policies: no policy is an answer too; a refusal without P1 is a matter of licence."""
    try:
        return read_list(client, endpoint, reading)
    except IngestionError as error:
        _tell_want_of_licence(client, endpoint, facts, error)
        raise


def _tell_want_of_licence(client: GraphClient, endpoint: Endpoint, facts: PremiumFacts, error: IngestionError) -> None:
    """Return unless the refusal and the tenant's service plans together prove that the licence is absent."""
    premium = facts.of(endpoint.plan)
    is_proven = premium is Premium.ABSENT and error.status is LegStatus.NOT_PERMITTED
    if is_proven or (premium in (Premium.ABSENT, Premium.LAPSED) and is_no_premium(error)):
        raise not_licensed(client.where(endpoint.table), endpoint, facts.evidence(endpoint.plan)) from error
