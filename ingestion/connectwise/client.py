"""ConnectWise over HTTP: forward-only paging with classic paging behind it, at most four requests at once.

Endpoint → page bytes → (projection) → Link header → … Answers are judged here, read elsewhere.
"""

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import quote, urlencode

from requests.utils import parse_header_links

from ingestion.connectwise.auth import MemberKeys
from ingestion.connectwise.connection import VENDOR, ConnectWiseConnection
from ingestion.connectwise.endpoints import (
    ADDITIONS,
    CLASSIC_PAGE_ROWS,
    FORWARD_PAGE_ROWS,
    LIST_ENDPOINTS,
    Endpoint,
)
from ingestion.connectwise.failures import connectwise_failure
from ingestion.http.address import joined
from ingestion.http.allowlist import Allowed, AllowList, address_of, origin_of
from ingestion.http.client import Call, HttpClient, HttpReply
from ingestion.http.errors import too_many_pages
from ingestion.http.links import check_leg_link
from ingestion.legs import LegStats
from ingestion.projection.page import ProjectedPage

MAX_PAGES = 10_000
# The vendor publishes no limit; more than this is throttled in practice. Source: reference, section 2.5.
MAX_CONCURRENT = 4
_FORWARD_ONLY = {"pagination-type": "forward-only"}

Project = Callable[[bytes], ProjectedPage]


class ConnectWiseClient:
    """Reads one instance; safe for threads."""

    def __init__(self, connection: ConnectWiseConnection, http: HttpClient | None = None) -> None:
        self._root = connection.base_url.rstrip("/")
        self._keys = MemberKeys(connection)
        self._http = http or HttpClient(
            allowed_requests(connection), pool_size=connection.connections, ca_bundle=connection.ca_bundle,
            bounds=connection.bounds,
        )  # fmt: skip
        self._slots = threading.BoundedSemaphore(MAX_CONCURRENT)
        self.connection_id = connection.connection_id

    def where(self, table: str) -> str:
        """How messages name a table of this connection."""
        return f"{VENDOR}/{table}, connection {self.connection_id}"

    def get(self, endpoint: Endpoint, path: str, stats: LegStats | None = None) -> bytes:
        """The bytes of one object.

        Errors: HttpError by status and code.
        """
        return self._send(endpoint, self._root + path, {}, stats).content

    def pages(
        self, endpoint: Endpoint, path: str, options: Mapping[str, str], project: Project, stats: LegStats
    ) -> Iterator[ProjectedPage]:
        """Every page of a list, projected.

        Errors: HttpError by status and code, `page_cap` for a list that does not end, `foreign_link` for a link to
        another host.
        """
        url = self._url(path, {**options, "pageSize": str(FORWARD_PAGE_ROWS)})
        reply = self._send(endpoint, url, _FORWARD_ONLY, stats)
        page = project(reply.content)
        # No Link at all after a full page: the endpoint does not know forward-only paging.
        if "Link" not in reply.headers and page.table.num_rows >= FORWARD_PAGE_ROWS:
            yield from self._classic_pages(endpoint, path, options, project, stats)
            return
        for _ in range(MAX_PAGES):
            yield page
            next_url = self._next_url(reply, url, endpoint)
            if next_url is None:
                return
            if next_url == url:
                break
            url = next_url
            reply = self._send(endpoint, url, _FORWARD_ONLY, stats)
            page = project(reply.content)
        raise too_many_pages(self.where(endpoint.table), endpoint.template, MAX_PAGES)

    def _classic_pages(
        self, endpoint: Endpoint, path: str, options: Mapping[str, str], project: Project, stats: LegStats
    ) -> Iterator[ProjectedPage]:
        for number in range(1, MAX_PAGES + 1):
            numbered = {"orderBy": "id asc", "page": str(number), "pageSize": str(CLASSIC_PAGE_ROWS)}
            url = self._url(path, {**options, **numbered})
            reply = self._send(endpoint, url, {}, stats)
            page = project(reply.content)
            yield page
            is_last = page.table.num_rows < CLASSIC_PAGE_ROWS
            if is_last if "Link" not in reply.headers else self._next_url(reply, url, endpoint) is None:
                return
        raise too_many_pages(self.where(endpoint.table), endpoint.template, MAX_PAGES)

    def _next_url(self, reply: HttpReply, url: str, endpoint: Endpoint) -> str | None:
        """The link that the answer calls next, kept to the list that was asked."""
        links = parse_header_links(reply.headers.get("Link", ""))
        # Names and relations are case-insensitive (RFC 8288), and one link may have several relations.
        lowered = [{name.lower(): text for name, text in link.items()} for link in links]
        found = next((link["url"] for link in lowered if "next" in link.get("rel", "").lower().split()), "")
        if not found:
            return None
        target = joined(url, found)
        check_leg_link(target, url, self.where(endpoint.table))
        return target

    def _url(self, path: str, options: Mapping[str, str]) -> str:
        return f"{self._root}{path}?{urlencode(options, quote_via=quote, safe=',')}"

    def _send(self, endpoint: Endpoint, url: str, headers: Mapping[str, str], stats: LegStats | None) -> HttpReply:
        where = self.where(endpoint.table)
        call = Call("GET", url, where, endpoint.template, headers=headers, credential=self._keys)
        with self._slots:
            reply = self._http.send(call, stats)
        if not reply.is_success:
            raise connectwise_failure(reply, endpoint, where)
        return reply


def allowed_requests(connection: ConnectWiseConnection) -> AllowList:
    """What the ConnectWise legs may ask: GET on the listed paths of the configured root."""
    origin = origin_of(connection.base_url, VENDOR)
    root = re.escape(address_of(connection.base_url, VENDOR).path.rstrip("/"))
    paths = [*(endpoint.path for endpoint in LIST_ENDPOINTS), ADDITIONS.path, connection.invoice_detail_path]
    patterns = [re.escape(path).replace(r"\{id\}", r"[^/]+") for path in paths]
    return AllowList(Allowed("GET", origin, re.compile(root + pattern)) for pattern in patterns)
