"""One simulator process over the tiny world for all tests here, put back to its first state before each."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import requests

from ingestion.simulator.serve import Simulator, start

TINY_WORLD = "tests.ingestion.simulator.tiny:generate"
FIRST_DAY = date(2026, 10, 20)
MSP_TENANT = "11111111-1111-4111-8111-111111111111"
PLAIN_TENANT = "22222222-2222-4222-8222-222222222222"
GRAPH_CLIENT = {"client_id": "00000000-0000-0000-0000-000000000001", "client_secret": "not~a~real~secret"}
CONNECTWISE_CLIENT = "00000000-0000-0000-0000-0000000000c1"
PAX8_CLIENT = {"client_id": "pax8-example", "client_secret": "pax8-not-a-secret"}

Read = Callable[..., requests.Response]


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """The process that all tests share."""
    directory: Path = tmp_path_factory.mktemp("simulator")
    with start(directory, world=TINY_WORLD, clock=FIRST_DAY) as simulator:
        yield simulator
    # A handler that broke answers 500 like a faulty vendor; only the log tells the two apart.
    assert "Traceback" not in (directory / "simulator.log").read_text()


@pytest.fixture
def simulator(running: Simulator) -> Simulator:
    """The shared process without faults, edits, log or options of an earlier test."""
    running.clear_faults()
    running.clear_edits()
    running.options(roles={MSP_TENANT: None, PLAIN_TENANT: None}, mailbox_scope={MSP_TENANT: None}, delta_page_rows=200)
    running.set_clock(FIRST_DAY)
    running.clear_log()
    return running


@pytest.fixture
def msp() -> str:
    """The tenant with P1 and mailboxes."""
    return MSP_TENANT


@pytest.fixture
def plain() -> str:
    """The tenant without P1 and without mailboxes."""
    return PLAIN_TENANT


@pytest.fixture
def http(simulator: Simulator) -> Iterator[requests.Session]:
    """A plain client that trusts the simulator's authority and nothing of the environment."""
    with requests.Session() as session:
        session.trust_env = False
        session.verify = simulator.urls["ca_bundle"]
        yield session


@pytest.fixture
def ask_token(simulator: Simulator, http: requests.Session) -> Read:
    """A token request for a tenant; keywords replace or (None) leave out form fields."""

    def ask(tenant: str, auth: Any = None, **fields: str | None) -> requests.Response:
        form = {"grant_type": "client_credentials", "scope": "https://graph.microsoft.com/.default", **GRAPH_CLIENT}
        kept = {name: value for name, value in {**form, **fields}.items() if value is not None}
        return http.post(f"{simulator.urls['login_url']}/{tenant}/oauth2/v2.0/token", data=kept, auth=auth)

    return ask


@pytest.fixture
def graph(simulator: Simulator, http: requests.Session, ask_token: Read) -> Read:
    """A read of Graph by path (or whole link) as the tenant's application."""
    tokens: dict[str, str] = {}

    def read(path: str, tenant: str = MSP_TENANT, method: str = "GET", **options: Any) -> requests.Response:
        if tenant not in tokens:
            tokens[tenant] = ask_token(tenant).json()["access_token"]
        url = path if path.startswith("https://") else f"{simulator.urls['graph_url']}/v1.0{path}"
        headers = {"Authorization": f"Bearer {tokens[tenant]}", **options.pop("headers", {})}
        return http.request(method, url, headers=headers, **options)

    return read


@pytest.fixture
def graph_pages(graph: Read) -> Callable[..., tuple[list[dict[str, Any]], list[dict[str, Any]]]]:
    """All pages of a Graph list, and all their rows."""

    def walk(path: str, **options: Any) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        pages = [graph(path, **options).json()]
        while "@odata.nextLink" in pages[-1]:
            pages.append(graph(pages[-1]["@odata.nextLink"], **options).json())
        return pages, [row for page in pages for row in page["value"]]

    return walk


@pytest.fixture
def connectwise(simulator: Simulator, http: requests.Session) -> Read:
    """A read of ConnectWise by path or link."""

    def read(path: str, headers: dict[str, str] | None = None, auth: Any = None, **params: Any) -> requests.Response:
        url = path if path.startswith("https://") else simulator.urls["connectwise_url"] + path
        sent = {"clientId": CONNECTWISE_CLIENT, **(headers or {})}
        return http.get(url, headers=sent, auth=auth or ("example+public", "private"), params=params)

    return read


@pytest.fixture
def pax8(simulator: Simulator, http: requests.Session) -> Read:
    """A read of Pax8 by path."""
    form = {"grant_type": "client_credentials", "audience": "https://api.pax8.com", **PAX8_CLIENT}
    token = http.post(simulator.urls["pax8_token_url"], json=form).json()["access_token"]

    def read(path: str, **params: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {token}"}
        return http.get(simulator.urls["pax8_url"] + path, headers=headers, params=params)

    return read
