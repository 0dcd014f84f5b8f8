"""A scripted ConnectWise behind the real client."""

import json
from collections.abc import Callable
from urllib.parse import urlsplit

import requests

from ingestion.connectwise.client import allowed_requests
from ingestion.connectwise.connection import ConnectWiseConnection
from ingestion.connectwise.source import connectwise_legs
from ingestion.http.client import HttpClient
from ingestion.legs import Leg
from tests.ingestion.transport import Answer, Transport

BASE = "https://psa.example/v4_6_release/apis/3.0"
Route = Callable[[requests.PreparedRequest], Answer] | Answer | list[Answer]


def rows(*items: object, **headers: str) -> Answer:
    """A bare array, and the empty Link of a last page unless another is given."""
    return Answer(body=json.dumps(items), headers={"Link": "", **headers})


def unlinked(*items: object) -> Answer:
    """A bare array without any Link: an endpoint that does not know forward-only paging."""
    return Answer(body=json.dumps(items))


def linked(url: str, *items: object) -> Answer:
    """A page with a next link beside a last one."""
    return rows(*items, Link=f'<{url}>; rel="next", <{BASE}/last>; rel="last"')


def refusal(status: int, code: str = "ConnectWiseApi", nested: str = "") -> Answer:
    """An error body."""
    errors = [{"code": nested, "message": "a value", "field": "x"}] if nested else []
    return Answer(status, json.dumps({"code": code, "message": "a value", "errors": errors}))


class Vendor(Transport):
    """Routes by path below the API root; a list answers its calls in order, the last one for good."""

    def __init__(self, routes: dict[str, Route]) -> None:
        super().__init__(self._answer)
        self._routes = routes
        self._calls: dict[str, int] = {}

    def _answer(self, request: requests.PreparedRequest) -> Answer:
        path = urlsplit(request.url or "").path.removeprefix("/v4_6_release/apis/3.0")
        route = self._routes.get(path)
        if route is None and path.endswith("/count"):
            return refusal(404, "NotFound")
        assert route is not None, f"no route for {path}"
        if isinstance(route, Answer):
            return route
        if callable(route):
            return route(request)
        call = self._calls.get(path, 0)
        self._calls[path] = call + 1
        return route[min(call, len(route) - 1)]


def connection_of(**values: object) -> ConnectWiseConnection:
    """A connection to the scripted host."""
    given = {"base_url": BASE, "company_id": "example", "client_id": "integration"}
    return ConnectWiseConnection(**{**given, **values}, public_key=lambda: "pub", private_key=lambda: "not-a-key")


def legs_of(vendor: Vendor, **values: object) -> list[Leg]:
    """Every leg over the scripted host."""
    connection = connection_of(**values)
    http = HttpClient(allowed_requests(connection), adapter=vendor, sleep=lambda seconds: None, jitter=lambda: 1.0)
    return connectwise_legs(connection, http)
