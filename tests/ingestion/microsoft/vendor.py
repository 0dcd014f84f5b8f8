"""A scripted Graph and login host behind the real client: routes by path, answers given by the test."""

import base64
import json
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

import requests

from ingestion.http.client import HttpClient
from ingestion.legs import Leg
from ingestion.microsoft.client import GraphClient, allowed_requests
from ingestion.microsoft.connection import AppCredential, MailSettings, MicrosoftConnection, Tenant
from ingestion.microsoft.mailboxes import MailboxAllowlist
from ingestion.microsoft.matching import MatchSet
from ingestion.microsoft.source import graph_client, microsoft_legs
from tests.ingestion.transport import Answer, Transport

TENANT = "8f3c0000-0000-4000-8000-000000000001"
OTHER = "8f3c0000-0000-4000-8000-000000000002"
LOGIN, GRAPH, FILES = "https://login.example", "https://graph.example", "https://files.reports.example"
API = f"{GRAPH}/v1.0"
REQUEST_ID = "0f0e0000-0000-4000-8000-000000000001"
ROLES = ["User.Read.All"]

Route = Callable[[requests.PreparedRequest], Answer] | Answer | list[Answer]


def page(*rows: object, link: str = "", delta: str = "") -> Answer:
    """A page of a Graph collection."""
    body: dict = {"@odata.context": "x", "value": list(rows)}
    if link:
        body["@odata.nextLink"] = link
    if delta:
        body["@odata.deltaLink"] = delta
    return Answer(body=json.dumps(body))


def error(status: int, code: str, message: str = "told in words", inner: str = "", **headers: str) -> Answer:
    """A Graph error body."""
    node: dict = {
        "code": code,
        "message": message,
        "innerError": {"request-id": REQUEST_ID} | ({"code": inner} if inner else {}),
    }
    return Answer(status, json.dumps({"error": node}), headers)


def token_answer(text: str = "") -> Answer:
    """A token whose payload holds the roles."""
    payload = base64.urlsafe_b64encode(json.dumps({"roles": ROLES}).encode()).decode().rstrip("=")
    return Answer(
        body=json.dumps({"token_type": "Bearer", "expires_in": 3599, "access_token": text or f"h.{payload}.s"})
    )


class Vendor(Transport):
    """The hosts. `routes` are Graph paths without /v1.0; a list answers its calls in order, the last one for good.

    files: what the host of downloads answers.
    """

    def __init__(
        self, routes: dict[str, Route] | None = None, token: Route | None = None, files: Route | None = None
    ) -> None:
        super().__init__(self._answer)
        self.routes = routes or {}
        self.token: Route = token or token_answer()
        self.files: Route = files or Answer(404)
        self._calls: dict[str, int] = {}

    def _answer(self, request: requests.PreparedRequest) -> Answer:
        parts = urlsplit(request.url or "")
        path = unquote(parts.path)
        if parts.hostname == "login.example":
            if path.endswith("/openid-configuration"):
                return self._from(path, self.routes.get("openid", _metadata(path.split("/")[1])), request)
            return self._from(path, self.token, request)
        if parts.hostname == "files.reports.example":
            return self._from(path, self.files, request)
        route = self.routes.get(path.removeprefix("/v1.0"))
        assert route is not None, f"no route for {path}"
        return self._from(path, route, request)

    def _from(self, path: str, route: Route, request: requests.PreparedRequest) -> Answer:
        if isinstance(route, Answer):
            return route
        if callable(route):
            return route(request)
        call = self._calls.get(path, 0)
        self._calls[path] = call + 1
        return route[min(call, len(route) - 1)]

    def graph_requests(self) -> list[requests.PreparedRequest]:
        """Requests to Graph, in order."""
        return [request for request in self.sent if urlsplit(request.url or "").hostname == "graph.example"]

    def token_requests(self) -> list[requests.PreparedRequest]:
        """Requests for a token, in order."""
        return [request for request in self.sent if (request.url or "").endswith("/token")]


def _metadata(tenant: str) -> Answer:
    base = f"{LOGIN}/{tenant}"
    values = {
        "issuer": f"{LOGIN}/{TENANT}/v2.0",
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        "token_endpoint": f"{base}/oauth2/v2.0/token",
    }
    return Answer(body=json.dumps(values))


def connection_of(
    *tenants: Tenant, mail: MailSettings | None = None, secret: str = "not~a~real~secret", is_msp: bool = False,
    cloud: str = "global", report_hosts: tuple[str, ...] = ("*.reports.example",),
) -> MicrosoftConnection:  # fmt: skip
    """A connection to the scripted hosts."""
    credential = AppCredential("00000000-0000-0000-0000-0000000000aa", secret=lambda: secret)
    chosen = tenants or (Tenant(TENANT, credential, is_msp=is_msp),)
    return MicrosoftConnection(LOGIN, GRAPH, f"{GRAPH}/.default", chosen, mail, cloud=cloud, report_hosts=report_hosts)


def mail_settings(*addresses: str, **values: object) -> MailSettings:
    """Mail of the first tenant: one folder unless told otherwise."""
    return MailSettings(TENANT, MailboxAllowlist(addresses), **{"folders": ("inbox",), **values})


def http_of(vendor: Vendor, connection: MicrosoftConnection) -> HttpClient:
    """The real client over the scripted hosts; it never sleeps."""
    return HttpClient(allowed_requests(connection), adapter=vendor, sleep=lambda seconds: None, jitter=lambda: 1.0)


def client_of(vendor: Vendor, connection: MicrosoftConnection | None = None) -> GraphClient:
    """A client of the connection's first tenant."""
    connection = connection or connection_of()
    return graph_client(connection, connection.tenants[0], http_of(vendor, connection))


def legs_of(vendor: Vendor, connection: MicrosoftConnection | None = None, match: MatchSet | None = None) -> list[Leg]:
    """Every leg over the scripted hosts."""
    connection = connection or connection_of()
    return microsoft_legs(connection, match, http_of(vendor, connection))
