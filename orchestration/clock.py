"""Which day it is: a date ahead of today, or a clock that the vendors contradict, is refused before anything is done.

An observation date only goes forward, and retention deletes by it: one false date ahead keeps every true one out.
This machine's clock is held against the `Date` header of the vendors' answers.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from orchestration.run_request import CLOCK, AsOfRefused
from orchestration.settings_schema import Settings
from orchestration.vendor_selection import Selection

if TYPE_CHECKING:
    from ingestion.http.allowlist import AllowList

# A person may wait for it, and a run that meets no vendor is told so by its tables.
TIMEOUTS_SECONDS = (5.0, 20.0)


def today() -> date:
    """Today in UTC, by this machine's clock."""
    return datetime.now(UTC).date()


def refuse_future(as_of: date, said_by: str) -> None:
    """Nothing is observed, deleted or looked back at on a day that has not come.

    Errors: AsOfRefused.
    """
    if as_of > today():
        raise AsOfRefused(
            f"{said_by}: found {as_of}, expected a day that has come; by this machine's clock (UTC) it is {today()}. "
            "A date ahead would refuse every true one after it, and delete mail by it. Nothing was changed. Correct "
            "the date, or the machine's clock."
        )


def is_clock_confirmed(settings: Settings, selection: Selection) -> bool:
    """Whether a vendor of the selection tells the time that this machine has; False where none tells any.

    One vendor that agrees is enough: another's clock may be the wrong one.
    Errors: AsOfRefused where vendors told the time and none agrees.
    """
    tolerance = timedelta(minutes=settings.http.clock_tolerance_minutes)
    skews: list[timedelta] = []
    for told, heard in vendor_times(settings, selection):
        if abs(heard - told) <= tolerance:
            return True
        skews.append(heard - told)
    if not skews:
        return False
    skew = min(skews, key=abs)
    minutes = round(abs(skew).total_seconds() / 60)
    raise AsOfRefused(
        f"{CLOCK}: found {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {minutes:,} minutes "
        f"{'ahead of' if skew > timedelta() else 'behind'} the clocks of the vendors that were asked ({len(skews)}). "
        f"Expected at most {settings.http.clock_tolerance_minutes} ([http] clock_tolerance_minutes), because dates of "
        "observations and the end of retention are taken from it. Nothing was changed. Set the machine's clock by NTP, "
        "then run again."
    )


def vendor_times(settings: Settings, selection: Selection) -> Iterator[tuple[datetime, datetime]]:
    """What each vendor of the selection says the time is, and what this machine said then; asked one by one.

    Each is asked once, without a credential, for something that the run may read; whatever it answers has a date.
    """
    from ingestion.http.backoff import RetryPolicy, http_date
    from ingestion.http.client import Call, HttpClient
    from ingestion.legs import IngestionError

    once = RetryPolicy(throttled_tries=1, max_tries=1, limited_tries=1)
    for vendor, allowed, url in _questions(settings, selection):
        client = HttpClient(
            allowed, pool_size=1, ca_bundle=settings.http.ca_bundle, policy=once, timeouts=TIMEOUTS_SECONDS
        )
        try:
            reply = client.send(Call("GET", url, f"{vendor}, clock", "GET for its date", keeps_redirect=True))
        except IngestionError:
            # Who does not answer is told by its tables; here it only has no say.
            continue
        finally:
            client.close()
        told = http_date(reply.headers.get("Date"))
        if told is not None:
            yield told, datetime.now(UTC)


def _questions(settings: Settings, selection: Selection) -> "Sequence[tuple[str, AllowList, str]]":
    from ingestion.connectwise import endpoints as connectwise_endpoints
    from ingestion.connectwise.client import allowed_requests as connectwise_requests
    from ingestion.microsoft.client import allowed_requests as microsoft_requests
    from ingestion.pax8 import endpoints as pax8_endpoints
    from ingestion.pax8.client import allowed_requests as pax8_requests
    from orchestration.connections import connectwise_connection, microsoft_connection, pax8_connections

    found = []
    microsoft = microsoft_connection(settings, selection)
    if microsoft is not None and microsoft.tenants:
        url = f"{microsoft.login_url}/{microsoft.tenants[0].tenant_id}/v2.0/.well-known/openid-configuration"
        found.append(("microsoft", microsoft_requests(microsoft), url))
    connectwise = connectwise_connection(settings, selection)
    if connectwise is not None:
        url = f"{connectwise.base_url}{connectwise_endpoints.COMPANIES.path}?pageSize=1"
        found.append(("connectwise", connectwise_requests(connectwise), url))
    for pax8 in pax8_connections(settings, selection):
        url = f"{pax8.base_url}{pax8_endpoints.COMPANIES.path}?size=1"
        found.append((pax8.connection_id, pax8_requests(pax8), url))
    return found
