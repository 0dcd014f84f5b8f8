"""ConnectWise over HTTP: forward-only paging with classic paging behind it, at most four requests at once.

Endpoint → page bytes → (projection) → Link header → … Answers are judged here, read elsewhere.
"""

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import quote, urlencode

from ingestion.completeness import MAX_IDLE_ANSWERS, ListTally
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
from ingestion.http.errors import HttpError, answer_error, too_many_pages
from ingestion.http.links import check_leg_link, next_in_header
from ingestion.legs import LegStats
from ingestion.projection.page import ProjectedPage

MAX_PAGES = 10_000
# The vendor publishes no limit; more than this is throttled in practice. Source: reference, section 2.5.
MAX_CONCURRENT = 4
_FORWARD_ONLY = {"pagination-type": "forward-only"}
# How a list answers that has no count.
_NO_COUNT = frozenset({400, 404, 405, 501})
_OK = 200

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
        self,
        endpoint: Endpoint,
        path: str,
        options: Mapping[str, str],
        project: Project,
        stats: LegStats,
        tally: ListTally | None = None,
    ) -> Iterator[ProjectedPage]:
        """Every page of a list, projected; `tally` knows afterwards how surely that is all of it.

        A page shorter than asked for is no end: servers cap pages as they like. The vendor's count is asked for where
        the list came in several pages, or where no Link says that there is no next one.
        Errors: HttpError by status and code, `page_cap` for a list that does not end, `foreign_link` for a link to
        another host.
        """
        tally = tally if tally is not None else ListTally()
        url = self._url(path, {**options, "pageSize": str(FORWARD_PAGE_ROWS)})
        reply = self._send(endpoint, url, _FORWARD_ONLY, stats)
        page = project(reply.content)
        # The last page of forward-only paging has an empty Link; none at all: the endpoint does not know this paging.
        if "Link" not in reply.headers:
            total = self._count(endpoint, path, options, stats)
            if total is None or total != len(set(_ids(page))):
                yield from self._classic_pages(endpoint, path, options, project, stats, tally, total)
                return
            tally.see(_ids(page))
            # The count is of a later moment: rows that went in between may make it fit a page that was capped.
            tally.see((), total)
            yield page
            return
        asked = {url}
        for _ in range(MAX_PAGES):
            tally.see(_ids(page))
            yield page
            next_url = self._next_url(reply, url, endpoint)
            if next_url is None:
                if tally.answers > 1:
                    self._hold_against_count(endpoint, path, options, stats, tally)
                tally.is_keyed = True
                return
            if next_url in asked or tally.idle >= MAX_IDLE_ANSWERS:
                break
            asked.add(next_url)
            url = next_url
            reply = self._send(endpoint, url, _FORWARD_ONLY, stats)
            page = project(reply.content)
        raise too_many_pages(self.where(endpoint.table), endpoint.template, MAX_PAGES)

    def _classic_pages(
        self,
        endpoint: Endpoint,
        path: str,
        options: Mapping[str, str],
        project: Project,
        stats: LegStats,
        tally: ListTally,
        total: int | None,
    ) -> Iterator[ProjectedPage]:
        linked: set[str] = set()
        for number in range(1, MAX_PAGES + 1):
            numbered = {"orderBy": "id asc", "page": str(number), "pageSize": str(CLASSIC_PAGE_ROWS)}
            url = self._url(path, {**options, **numbered})
            reply = self._send(endpoint, url, {}, stats)
            page = project(reply.content)
            tally.see(_ids(page))
            yield page
            next_url = self._next_url(reply, url, endpoint)
            # Where no Link tells, only the count does, or a page without rows; with a count, one such page may be odd.
            silent_end = len(tally.ids) == total or tally.idle > (total is not None)
            if next_url is None if "Link" in reply.headers else silent_end:
                self._hold_against_count(endpoint, path, options, stats, tally)
                return
            if next_url in linked or tally.idle >= MAX_IDLE_ANSWERS:
                break
            linked.update([next_url] if next_url is not None else [])
        raise too_many_pages(self.where(endpoint.table), endpoint.template, MAX_PAGES)

    def _hold_against_count(
        self, endpoint: Endpoint, path: str, options: Mapping[str, str], stats: LegStats, tally: ListTally
    ) -> None:
        total = self._count(endpoint, path, options, stats)
        if total is not None:
            tally.totals.add(total)

    def _count(self, endpoint: Endpoint, path: str, options: Mapping[str, str], stats: LegStats) -> int | None:
        """How many rows the vendor counts under the same conditions; None where it does not count this list."""
        conditions = {name: text for name, text in options.items() if name == "conditions"}
        url = self._url(f"{path}/count", conditions) if conditions else f"{self._root}{path}/count"
        try:
            found = json.loads(self._send(endpoint, url, {}, stats).content)
        except HttpError as error:
            if error.http_status in _NO_COUNT:
                return None
            raise
        except ValueError:
            return None
        count = found.get("count") if isinstance(found, dict) else None
        return count if isinstance(count, int) and not isinstance(count, bool) and count >= 0 else None

    def _next_url(self, reply: HttpReply, url: str, endpoint: Endpoint) -> str | None:
        """The link that the answer calls next, kept to the list that was asked."""
        found = next_in_header(reply.headers.get("Link", ""), self.where(endpoint.table))
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
        if reply.status != _OK:
            # 206 and its like hold a part of what was asked for.
            raise answer_error(where, endpoint.template, reply.status)
        return reply


def _ids(page: ProjectedPage) -> list[object]:
    """What tells the rows of a page apart."""
    return page.table.column("id").to_pylist() if "id" in page.table.column_names else [object()] * page.table.num_rows


def allowed_requests(connection: ConnectWiseConnection) -> AllowList:
    """What the ConnectWise legs may ask: GET on the listed paths of the configured root."""
    origin = origin_of(connection.base_url, VENDOR)
    root = re.escape(address_of(connection.base_url, VENDOR).path.rstrip("/"))
    lists = [*(endpoint.path for endpoint in LIST_ENDPOINTS), ADDITIONS.path]
    paths = [*lists, *(f"{path}/count" for path in lists), connection.invoice_detail_path]
    patterns = [re.escape(path).replace(r"\{id\}", r"[^/]+") for path in paths]
    return AllowList(Allowed("GET", origin, re.compile(root + pattern)) for pattern in patterns)
