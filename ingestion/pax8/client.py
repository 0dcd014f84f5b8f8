"""Pax8 over HTTP: numbered pages, at most five requests a second; answers are judged here, read elsewhere."""

import re
from collections.abc import Callable, Iterator

from ingestion.completeness import MAX_IDLE_ANSWERS
from ingestion.http.allowlist import Allowed, AllowList, address_of, origin_of
from ingestion.http.backoff import RetryPolicy
from ingestion.http.budget import Budget, Draw
from ingestion.http.client import Call, HttpClient, HttpReply
from ingestion.http.errors import HttpError, answer_error, too_many_pages
from ingestion.http.pacing import Pace
from ingestion.http.vendorjson import json_object
from ingestion.legs import LegStats, LegStatus
from ingestion.pax8.auth import Pax8Token
from ingestion.pax8.connection import VENDOR, Pax8Connection
from ingestion.pax8.endpoints import INVOICE_ITEMS, LIST_ENDPOINTS, PAGE_ROWS, Endpoint
from ingestion.projection.page import ProjectedPage

MAX_PAGES = 10_000
# The vendor documents neither limit nor Retry-After. Source: reference psa-and-distributors, section 5.2.
REQUESTS_PER_SECOND = 5
BACK_OFF_SECONDS = 8.0
_OK = 200

Project = Callable[[bytes], ProjectedPage]


class Pax8Client:
    """Reads one partner account; safe for threads."""

    def __init__(self, connection: Pax8Connection, http: HttpClient | None = None) -> None:
        self._root = connection.base_url.rstrip("/")
        self._http = http or HttpClient(
            allowed_requests(connection),
            pool_size=connection.connections,
            ca_bundle=connection.ca_bundle,
            bounds=connection.bounds,
            policy=RetryPolicy(base_seconds=BACK_OFF_SECONDS),
        )
        self._token = Pax8Token(connection, self._http)
        self._draws = (Draw(Budget(Pace(REQUESTS_PER_SECOND, 1.0))),)
        self.connection_id = connection.connection_id

    def where(self, table: str) -> str:
        """How messages name a table of this connection."""
        return f"{VENDOR}/{table}, connection {self.connection_id}"

    def pages(
        self, endpoint: Endpoint, path: str, project: Project, stats: LegStats, *, size: int = PAGE_ROWS
    ) -> Iterator[ProjectedPage]:
        """Every page of a list, projected; ends by the page count, or at an empty page where there is none.

        An empty page before that is no end. The caller holds the announced total of each page against the rows.
        Errors: HttpError by status; `page_cap` for a list that does not end.
        """
        where = self.where(endpoint.table)
        order = f"&sort={endpoint.sort}" if endpoint.sort else ""
        idle = 0
        for number in range(MAX_PAGES):
            url = f"{self._root}{path}?page={number}&size={size}{order}"
            call = Call("GET", url, where, endpoint.template, credential=self._token, draws=self._draws)
            reply = self._http.send(call, stats)
            if not reply.is_success:
                raise _failure(reply, endpoint, where)
            if reply.status != _OK:
                # 206 and its like hold a part of what was asked for.
                raise answer_error(where, endpoint.template, reply.status)
            page = project(reply.content)
            page.count_into(stats)
            yield page
            idle = 0 if page.table.num_rows else idle + 1
            if idle and page.total_pages is None:
                return
            if page.total_pages is not None and number + 1 >= page.total_pages:
                return
            if idle >= MAX_IDLE_ANSWERS:
                break
        raise too_many_pages(where, endpoint.template, MAX_PAGES)


def allowed_requests(connection: Pax8Connection) -> AllowList:
    """What the Pax8 legs may ask: GET on the listed paths, POST on the token endpoint only: the keys could order."""
    origin = origin_of(connection.base_url, VENDOR)
    root = re.escape(address_of(connection.base_url, VENDOR).path.rstrip("/"))
    paths = [*(endpoint.path for endpoint in LIST_ENDPOINTS), INVOICE_ITEMS.path]
    rules = [Allowed("GET", origin, re.compile(root + re.escape(path).replace(r"\{id\}", r"[^/]+"))) for path in paths]
    token = connection.token_url
    rules.append(Allowed("POST", origin_of(token, VENDOR), re.compile(re.escape(address_of(token, VENDOR).path))))
    return AllowList(rules)


def _failure(reply: HttpReply, endpoint: Endpoint, where: str) -> HttpError:
    advice, status, error_class = "", LegStatus.FAILED, ""
    if reply.status == 403:
        advice = "Ask Pax8 to enable API access for these credentials, then run again."
        status, error_class = LegStatus.NOT_PERMITTED, "permission_missing"
    return answer_error(
        where, endpoint.template, reply.status, code=_code(reply.content), advice=advice, status=status,
        error_class=error_class,
    )  # fmt: skip


def _code(content: bytes) -> str:
    """The error's `type`; its message may quote a value."""
    body = json_object(content)
    kind = body.get("type") or body.get("error")
    return kind if isinstance(kind, str) else ""
