"""Only listed mailboxes, read-only: what the settings make possible, and what is refused before a socket opens."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from ingestion.http.client import Call
from ingestion.http.errors import HttpError
from ingestion.legs import IngestionError, LegStats
from ingestion.microsoft import endpoints
from ingestion.microsoft.client import GraphClient, graph_http
from ingestion.microsoft.source import tenant_tokens
from ingestion.simulator.world import World
from orchestration.connections import microsoft_connection
from orchestration.settings import environment, load_settings
from orchestration.vendor_selection import select
from tests.orchestration.run.tenants import MSP, tenant_id
from tests.product import Product

LISTED, UNLISTED = "dana@harborvine.example", "ceo@harborvine.example"


@pytest.fixture
def client(new_product: Product, world: World) -> GraphClient:
    """The client that a run would use for the tenant with the mailboxes."""
    settings = load_settings(new_product.settings, {**environment(), **world.secret_environment()})
    connection = microsoft_connection(settings, select(settings))
    assert connection is not None
    tenant = next(item for item in connection.tenants if item.tenant_id == tenant_id(world, MSP))
    http = graph_http(connection)
    return GraphClient(http, connection.graph_url, tenant.tenant_id, tenant_tokens(connection, tenant, http))


@contextmanager
def no_socket() -> Iterator[list[object]]:
    """Every attempt to open a connection while the context lasts; none is let through."""
    tried: list[object] = []

    def refuse(_socket: socket.socket, address: object) -> None:
        tried.append(address)
        raise ConnectionRefusedError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", refuse)
        yield tried


def test_write_or_unlisted_mailbox_is_refused_before_a_socket_opens(client: GraphClient, new_product: Product) -> None:
    root = new_product.simulator.urls["graph_url"] + "/v1.0"
    attempts = [
        ("POST", f"{root}/users/{LISTED}/sendMail"),
        ("PATCH", f"{root}/users/{LISTED}/mailFolders/inbox/messages/1"),
        ("DELETE", f"{root}/users/{LISTED}/events/1"),
        ("PUT", f"{root}/organization"),
        ("GET", f"{root}/users/{UNLISTED}/mailFolders/inbox/messages"),
        ("GET", f"{root}/users/{UNLISTED}/calendarView?startDateTime=2026-10-20"),
        ("GET", f"{root}/users/{LISTED}/messages/1/$value"),
        ("GET", f"{root}/users/{LISTED}%2F..%2F{UNLISTED}/calendarView"),
        ("GET", f"{new_product.simulator.urls['graph_url'].replace('127.0.0.1', 'localhost')}/v1.0/organization"),
    ]
    with no_socket() as tried:
        for method, url in attempts:
            with pytest.raises(HttpError) as refused:
                client._http.send(Call(method, url, "test", "test", credential=client._tokens))
            assert refused.value.error_class == "refused"
            assert LISTED not in str(refused.value) and UNLISTED not in str(refused.value)
    assert tried == []
    assert new_product.simulator.log() == []


def test_allowed_read_does_open_a_socket(client: GraphClient) -> None:
    # The counterpart: without it a client that refuses everything would pass the test above.
    client._http._policy = replace(client._http._policy, limited_tries=1, max_tries=1)
    with no_socket() as tried, pytest.raises(IngestionError):
        client.get(endpoints.ORGANIZATION, client.url(endpoints.ORGANIZATION, {}), LegStats())
    assert len(tried) == 1


def test_whole_run_reads_only_the_listed_mailboxes(loaded_once: Product, first_log: list[dict]) -> None:
    asked = {entry["mailbox"] for entry in first_log if entry["mailbox"]}
    assert asked == {LISTED, "lee@harborvine.example"}
    assert {entry["method"] for entry in first_log if not entry["path"].endswith("/token")} == {"GET"}
    assert all(entry["has_authorization"] for entry in first_log if entry["vendor"] == "graph")
