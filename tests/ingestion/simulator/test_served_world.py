"""The generated small world over the wire: what a client collects is what the world holds."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from ingestion.simulator.serve import Simulator, start
from ingestion.simulator.world import World, generate

GRAPH_LISTS = {
    "/organization": "organization",
    "/domains": "domains",
    "/users?$select=id&$top=7": "users",
    "/users/delta?$select=id": "users",
    "/subscribedSkus": "subscribedSkus",
    "/directory/subscriptions": "directorySubscriptions",
    "/roleManagement/directory/roleDefinitions": "roleDefinitions",
    "/roleManagement/directory/roleAssignments": "roleAssignments",
    "/identity/conditionalAccess/policies": "conditionalAccessPolicies",
}
CONNECTWISE_LISTS = {
    "/company/companies": "companies",
    "/company/contacts": "contacts",
    "/finance/agreements": "agreements",
    "/finance/invoices": "invoices",
    "/procurement/products": "products",
    "/procurement/catalog": "catalog",
    "/expense/entries": "expenses",
    "/time/entries": "timeEntries",
    "/system/members": "members",
}
Fetch = Callable[..., requests.Response]


@pytest.fixture(scope="module")
def world() -> World:
    """The small world as the generator makes it."""
    return generate(size="small")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """The same world behind the server, on its first day."""
    directory: Path = tmp_path_factory.mktemp("served")
    with start(directory, size="small") as simulator:
        yield simulator
    assert "Traceback" not in (directory / "simulator.log").read_text()


@pytest.fixture
def fetch(served: Simulator) -> Iterator[Fetch]:
    """A GET that trusts the simulator's authority."""
    with requests.Session() as session:
        session.trust_env = False
        session.verify = served.urls["ca_bundle"]
        yield session.request


def _token(world: World, served: Simulator, fetch: Fetch, tenant: str) -> dict[str, str]:
    form = {"grant_type": "client_credentials", "scope": "https://graph.microsoft.com/.default"}
    url = f"{served.urls['login_url']}/{tenant}/oauth2/v2.0/token"
    token = fetch("POST", url, data={**form, **world.credentials["graph"]}).json()["access_token"]
    return {"Authorization": f"Bearer {token}"}


def _graph_rows(fetch: Fetch, url: str, headers: dict[str, str]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    while url:
        page = fetch("GET", url, headers=headers).json()
        rows += page["value"]
        url = page.get("@odata.nextLink", "")
    return rows


def test_graph_lists_are_the_worlds(world: World, served: Simulator, fetch: Fetch) -> None:
    tenants = world.at(world.observation_dates[0]).tenants
    for tenant_id, tenant in tenants.items():
        headers = _token(world, served, fetch, tenant_id)
        for path, collection in GRAPH_LISTS.items():
            rows = _graph_rows(fetch, f"{served.urls['graph_url']}/v1.0{path}", headers)
            assert [row["id"] for row in rows if "@removed" not in row] == [
                row["id"] for row in tenant.collections[collection]
            ]


def test_every_mail_of_the_world_comes_with_its_canary(world: World, served: Simulator, fetch: Fetch) -> None:
    tenants = world.at(world.observation_dates[0]).tenants
    boxes = {(tenant, address): box for tenant, held in tenants.items() for address, box in held.mailboxes.items()}
    assert boxes
    for (tenant, address), box in boxes.items():
        headers = {**_token(world, served, fetch, tenant), "Prefer": 'IdType="ImmutableId"'}
        for folder, messages in box.folders.items():
            path = f"/v1.0/users/{address}/mailFolders/{folder}/messages?$select=subject&$top=50"
            rows = _graph_rows(fetch, served.urls["graph_url"] + path, headers)
            assert {row["id"] for row in rows} == {row["id"] for row in messages}
            assert all(World.BODY_CANARY in str(row["body"]) for row in rows)


def test_connectwise_lists_are_the_worlds(world: World, served: Simulator, fetch: Fetch) -> None:
    told = world.credentials["connectwise"]
    auth = (f"{told['company_id']}+{told['public_key']}", told["private_key"])
    held = world.at(world.observation_dates[0]).connectwise
    for path, collection in CONNECTWISE_LISTS.items():
        url, ids = f"{served.urls['connectwise_url']}{path}?pageSize=17", []
        while url:
            answer = fetch("GET", url, auth=auth, headers={"clientId": told["client_id"]})
            ids += [row["id"] for row in answer.json()]
            url = answer.links.get("next", {}).get("url", "")
        assert ids == sorted(row["id"] for row in held[collection])


def test_pax8_lists_are_the_worlds(world: World, served: Simulator, fetch: Fetch) -> None:
    form = {"grant_type": "client_credentials", "audience": "https://api.pax8.com", **world.credentials["pax8"]}
    token = fetch("POST", served.urls["pax8_token_url"], json=form).json()["access_token"]
    held = world.at(world.observation_dates[0]).pax8
    headers = {"Authorization": f"Bearer {token}"}
    for name in ("companies", "subscriptions", "products", "invoices"):
        document = fetch("GET", f"{served.urls['pax8_url']}/{name}?size=200", headers=headers).json()
        assert [row["id"] for row in document["content"]] == [row["id"] for row in held[name]]
