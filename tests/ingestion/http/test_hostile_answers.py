"""No odd answer of a vendor is repeated in an error, a log at level DEBUG or an output; secrets least of all."""

import io
import logging
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from ingestion.connectwise.client import allowed_requests as connectwise_requests
from ingestion.connectwise.connection import ConnectWiseConnection
from ingestion.connectwise.source import connectwise_legs
from ingestion.http.allowlist import AllowList
from ingestion.http.backoff import RetryPolicy
from ingestion.http.client import HttpClient
from ingestion.legs import IngestionError, Leg
from ingestion.microsoft.client import allowed_requests as graph_requests
from ingestion.microsoft.connection import AppCredential, MicrosoftConnection, Tenant
from ingestion.microsoft.matching import MatchSet
from ingestion.microsoft.source import microsoft_legs
from ingestion.pax8.client import allowed_requests as pax8_requests
from ingestion.pax8.connection import Pax8Connection
from ingestion.pax8.source import pax8_legs
from tests.hostile_vendor import ANSWERS, CANARY, Asked, HostileVendor, hostile_vendor, token
from tests.ingestion.microsoft.vendor import TENANT, mail_settings
from tests.ingestion.readings import MemoryReading, leg_of

SECRETS = ("planted-graph-secret", "planted-private-key", "planted-pax8-secret")
# Once more is enough to see what a repeated answer does.
POLICY = RetryPolicy(throttled_tries=2, max_tries=2, limited_tries=2)
DANA = "dana@msp.example"


def _http(allowed: AllowList, vendor: HostileVendor) -> HttpClient:
    return HttpClient(allowed, ca_bundle=vendor.ca_file, policy=POLICY, sleep=lambda seconds: None)


def _graph(vendor: HostileVendor) -> list[Leg]:
    credential = AppCredential("00000000-0000-0000-0000-0000000000aa", secret=lambda: SECRETS[0])
    tenant = Tenant(TENANT, credential, is_msp=True)
    connection = MicrosoftConnection(
        vendor.url, vendor.url, f"{vendor.url}/.default", (tenant,), mail_settings(DANA), cloud="global"
    )
    match = MatchSet({}, frozenset({"customer.example"}))
    return microsoft_legs(connection, match, _http(graph_requests(connection), vendor))


def _connectwise(vendor: HostileVendor) -> list[Leg]:
    connection = ConnectWiseConnection(
        f"{vendor.url}/v4_6_release/apis/3.0", "example", lambda: "public", lambda: SECRETS[1], "client"
    )
    return connectwise_legs(connection, _http(connectwise_requests(connection), vendor))


def _pax8(vendor: HostileVendor) -> list[Leg]:
    connection = Pax8Connection(
        f"{vendor.url}/v1", f"{vendor.url}/v1/token", "id", lambda: SECRETS[2], connection_id="pax8"
    )
    return pax8_legs(connection, _http(pax8_requests(connection), vendor))


@dataclass(frozen=True)
class Place:
    """Where the odd answer comes: at the token endpoint, or in the place of a table's rows."""

    legs: Callable[[HostileVendor], list[Leg]]
    table: str
    is_login: bool = False


PLACES = {
    "login": Place(_graph, "organization", is_login=True),
    "graph list": Place(_graph, "conditional_access_policies"),
    "graph delta": Place(_graph, "users"),
    "graph mail": Place(_graph, "messages"),
    "graph calendar": Place(_graph, "events"),
    "graph report": Place(_graph, "mailbox_usage"),
    "connectwise": Place(_connectwise, "companies"),
    "pax8 login": Place(_pax8, "companies", is_login=True),
    "pax8": Place(_pax8, "subscriptions"),
}


@pytest.fixture(scope="module")
def vendor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostileVendor]:
    """One hostile server for all cases."""
    with hostile_vendor(tmp_path_factory.mktemp("hostile")) as served:
        yield served


@pytest.fixture
def everything_logged() -> Iterator[io.StringIO]:
    """What every logger says, each of them set to DEBUG, the libraries' own as well."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield text
    root.removeHandler(handler)
    root.setLevel(before)


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("place", PLACES)
def test_odd_answer_ends_its_leg_in_words_of_ours(
    vendor: HostileVendor,
    everything_logged: io.StringIO,
    capfd: pytest.CaptureFixture[str],
    place: str,
    answer: str,
) -> None:
    where = PLACES[place]

    def answers(asked: Asked) -> bytes:
        is_token = asked.target.split("?")[0].endswith("/token")
        return ANSWERS[answer](asked) if is_token == where.is_login else token(asked)

    vendor.answers, asked_before = answers, vendor.asked
    leg = leg_of(where.legs(vendor), where.table)
    # A user may ask for more; what a library then says comes out nowhere.
    for name in list(logging.root.manager.loggerDict):
        logging.getLogger(name).setLevel(logging.DEBUG)
    reading = MemoryReading(leg.key)
    told = ""
    try:
        end = leg.read(reading)
    except IngestionError as error:
        told = "".join(traceback.format_exception(error)) + error.advice
    else:
        told = "".join(f"{problem} {problem.advice}" for problem in end.problems)

    output = capfd.readouterr()
    said = told + everything_logged.getvalue() + output.out + output.err
    assert vendor.asked > asked_before
    assert [text for text in (CANARY, *SECRETS) if text.lower() in said.lower()] == [], said
    stored = "".join(str(table.to_pylist()) for tables in reading.written.values() for table in tables)
    assert [text for text in (CANARY, *SECRETS) if text in stored] == []
