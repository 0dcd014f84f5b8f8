"""Graph over HTTP for one tenant: pages, links, headers and pacing; answers are judged here, read elsewhere.

Endpoint → first URL → page bytes → (projection) → next link → … It knows mailboxes only as `AllowedMailbox`.
"""

import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from urllib.parse import quote, urlencode

from data_contracts.contract import Contract
from ingestion.completeness import ListTally
from ingestion.http.address import joined, parse_address
from ingestion.http.allowlist import Allowed, AllowedDownload, AllowList, address_of, origin_of
from ingestion.http.body import Content
from ingestion.http.client import Call, Credential, HttpClient, HttpReply
from ingestion.http.errors import HttpError, answer_error, too_many_pages
from ingestion.legs import LegStats
from ingestion.microsoft.budgets import TenantBudgets
from ingestion.microsoft.connection import GUID, VENDOR, MicrosoftConnection
from ingestion.microsoft.endpoint import Endpoint
from ingestion.microsoft.endpoints import API_ROOT, DIRECTORY_PATHS
from ingestion.microsoft.failures import graph_failure
from ingestion.microsoft.links import check_graph_link
from ingestion.microsoft.mailboxes import AllowedMailbox
from ingestion.microsoft.pagesize import with_smaller_page
from ingestion.projection.envelope import GRAPH, Child, Envelope
from ingestion.projection.errors import no_last_link
from ingestion.projection.page import ProjectedPage, next_link_of, project, project_pages

# 1,000 pages of 999 users are a tenant of a million; ten times that is no tenant.
MAX_PAGES = 10_000
# Its rows tell how large the tenant is, which decides its quota.
USERS_TABLE = "users"
_OK = 200
# Pages projected together: enough rows that a column's conversion costs little per row, little enough memory.
HELD_BYTES = 4 * 1024 * 1024
_SAFE_IN_QUERY = "$,:'()/"

Recognises = Callable[[str, Sequence[bytes]], bool]


class GraphClient:
    """Reads one tenant."""

    def __init__(
        self, http: HttpClient, graph_url: str, tenant_id: str, tokens: Credential, budgets: TenantBudgets | None = None
    ) -> None:
        self._http = http
        self._root = graph_url.rstrip("/") + API_ROOT
        self._tokens = tokens
        self.tenant_id = tenant_id
        self._budgets = budgets or TenantBudgets()

    def where(self, table: str) -> str:
        """How messages name a table of this tenant."""
        return f"{VENDOR}/{table}, tenant {self.tenant_id}"

    def url(self, endpoint: Endpoint, options: Mapping[str, str], mailbox: AllowedMailbox | None = None,
            folder: str = "", group_id: str = "") -> str:  # fmt: skip
        """The first URL of an endpoint; mailbox endpoints need the mailbox, those of a group its id."""
        path = endpoint.path
        if mailbox is not None:
            path = path.format(mailbox=mailbox.path_segment, folder=quote(folder, safe=""))
        elif group_id:
            path = path.format(group=quote(group_id, safe=""))
        query = urlencode(options, quote_via=quote, safe=_SAFE_IN_QUERY)
        return f"{self._root}{path}" + (f"?{query}" if query else "")

    def get(
        self, endpoint: Endpoint, url: str, stats: LegStats | None = None, *, prefer: str = "", is_delta: bool = False
    ) -> bytes:
        """The bytes of one answer.

        Errors: IngestionError by status and code; ResyncNeeded for an expired delta token when `is_delta`.
        """
        reply = self._send(endpoint, url, stats, prefer)
        if not reply.is_success:
            raise graph_failure(reply, endpoint, self.where(endpoint.table), is_delta=is_delta)
        if reply.status != _OK:
            # 206 and its like hold a part of what was asked for, and the rest would be taken for gone.
            raise answer_error(self.where(endpoint.table), endpoint.template, reply.status)
        return reply.content

    def download(self, endpoint: Endpoint, url: str, stats: LegStats) -> Content:
        """The file that a report's answer redirects to, asked for without any credential.

        Errors: as `get`; HttpError `report_host` for a host that the settings do not list, `report_download` where it
        does not hand the file out.
        """
        where = self.where(endpoint.table)
        for is_last in (False, True):
            reply = self._send(endpoint, url, stats, keeps_redirect=True)
            if reply.status == _OK:
                return reply.content
            location = joined(url, reply.headers.get("Location", ""))
            if not reply.headers.get("Location"):
                raise graph_failure(reply, endpoint, where)
            file = self._download(where, location, stats)
            # The address lives for minutes: once more, with a new one.
            if file.status == _OK or is_last:
                break
        if file.status != _OK:
            raise answer_error(
                where, "GET (report file)", file.status, error_class="report_download", advice="Run again later."
            )
        return file.content

    def _download(self, where: str, location: str, stats: LegStats) -> HttpReply:
        try:
            call = Call("GET", location, where, "GET (report file)", lane=self.tenant_id, is_file=True)
            return self._http.send(call, stats)
        except HttpError as error:
            if error.error_class != "refused":
                raise
        address = parse_address(location)
        lies_on = address.origin.shown if address else "an address that cannot be read"
        raise HttpError(
            f"{where}: the report's file lies on {lies_on}; expected https on a host that [microsoft] report_hosts "
            "lists. Nothing was sent there.",
            error_class="report_host",
            advice="If the host is Microsoft's, add it to [microsoft] report_hosts, then run again.",
        )

    def _send(
        self, endpoint: Endpoint, url: str, stats: LegStats | None, prefer: str = "", *, keeps_redirect: bool = False
    ) -> HttpReply:
        headers = {"client-request-id": str(uuid.uuid4()), "x-ms-throttle-priority": "low"}
        if prefer:
            headers["Prefer"] = prefer
        call = Call(
            "GET", url, self.where(endpoint.table), endpoint.template, headers=headers, credential=self._tokens,
            draws=self._budgets.draws(endpoint.family, url), lane=self.tenant_id, keeps_redirect=keeps_redirect,
        )  # fmt: skip
        return self._http.send(call, stats)

    def pages(
        self, endpoint: Endpoint, url: str, contract: Contract, stats: LegStats, *, envelope: Envelope = GRAPH,
        children: Sequence[Child] = (), prefer: str = "", is_delta: bool = False, is_held: bool = True,
        recognises: Recognises | None = None, asked: str = "", tally: ListTally | None = None,
    ) -> Iterator[ProjectedPage]:  # fmt: skip
        """Every page from a first URL on, projected; ends where an answer has no next link, never at an empty page.

        Several pages come as one, as far as HELD_BYTES hold them: Graph's pages are small, and each conversion has a
        fixed cost. What is wrong with a page is so told only when the held ones are projected. Not `is_held`: one by
        one, the next asked for only when this one was taken.
        recognises: given the question and its whole answer, where that was held, or with each page all so far where not
        `is_held`; no page comes any more of what it knows.
        tally: counts the answers, for the proof of the list.
        asked: the leg's own question, where the first URL is a stored link to go on from; links must stay with it.
        Where Graph cannot serve pages of our size, the list begins anew with smaller ones, and its rows come again.
        Errors: as `get`; PageError, also for changes that end without a delta link; HttpError `page_cap` for a list
        that does not end, `foreign_link` for a link to another host, path or properties.
        """
        tally = tally or ListTally()
        while True:
            rows_before = stats.rows_read
            try:
                yield from self._pages(
                    endpoint, url, contract, stats, envelope, children, prefer, is_delta,
                    HELD_BYTES if is_held else 0, recognises, asked or url, tally,
                )  # fmt: skip
                return
            except HttpError as error:
                smaller = with_smaller_page(url, prefer, error, endpoint)
                if smaller is None:
                    raise
                url, prefer = smaller
                tally.begin_again()
                if stats.rows_read > rows_before:
                    # What was written of the list before is stored with what comes now, which is no answer of its own.
                    recognises = None
                stats.rows_read = rows_before
                stats.retry_count += 1

    def _pages(
        self, endpoint: Endpoint, url: str, contract: Contract, stats: LegStats, envelope: Envelope,
        children: Sequence[Child], prefer: str, is_delta: bool, held_bytes: int, recognises: Recognises | None,
        own: str, tally: ListTally,
    ) -> Iterator[ProjectedPage]:  # fmt: skip
        where = self.where(endpoint.table)
        held: list[bytes] = []
        answer: list[bytes] = []
        question = url
        asked = {hash(url)}
        delta_link = None
        for _ in range(MAX_PAGES):
            held.append(self.get(endpoint, url, stats, prefer=prefer, is_delta=is_delta))
            tally.see(())
            next_url = next_link_of(held[-1]) if envelope is GRAPH else None
            if recognises is not None:
                # Who takes pages one by one may end with any of them.
                answer = held if held_bytes else [*answer, held[-1]]
                is_answer = len(answer) == len(asked) and (next_url is None or not held_bytes)
                if is_answer and recognises(question, answer):
                    return
            if next_url is None or sum(map(len, held)) >= held_bytes:
                for page in _projected(held, contract, where, envelope, children):
                    page.count_into(stats)
                    if endpoint.table == USERS_TABLE:
                        self._budgets.learn_size(stats.rows_read)
                    next_url, delta_link = page.next_link, page.delta_link
                    if page.delta_link is not None:
                        # It would be stored, and followed by the next run.
                        check_graph_link(page.delta_link, own, where)
                    yield page
                held = []
                if recognises is not None and held_bytes and next_url is not None:
                    # No whole answer: too long to hold, or its bytes did not show the link, as under an escaped key.
                    recognises(question, [])
            if next_url is None:
                if is_delta and delta_link is None:
                    raise no_last_link(where)
                return
            check_graph_link(next_url, own, where)
            if hash(next_url) in asked:
                break
            asked.add(hash(next_url))
            url = next_url
        raise too_many_pages(where, endpoint.template, MAX_PAGES)


def _projected(
    held: Sequence[bytes], contract: Contract, where: str, envelope: Envelope, children: Sequence[Child]
) -> list[ProjectedPage]:
    if envelope is GRAPH:
        return project_pages(held, contract, where=where, children=children)
    return [project(page, contract, where=where, envelope=envelope, children=children) for page in held]


def graph_http(connection: MicrosoftConnection) -> HttpClient:
    """The HTTP client of a connection: its pool, its CA file, its allow-list."""
    return HttpClient(
        allowed_requests(connection), pool_size=connection.connections, ca_bundle=connection.ca_bundle,
        bounds=connection.bounds,
    )  # fmt: skip


def allowed_requests(connection: MicrosoftConnection) -> AllowList:
    """What the Microsoft legs may ask: tokens and metadata of the tenants, the endpoints, the listed mailboxes."""
    login = origin_of(connection.login_url, VENDOR)
    graph = origin_of(connection.graph_url, VENDOR)
    root = re.escape(address_of(connection.graph_url, VENDOR).path.rstrip("/") + API_ROOT)
    names = {name for tenant in connection.tenants for name in (tenant.tenant_id, tenant.configured_id) if name}
    # One pattern for all of them: hundreds would take longer to compile than their tokens to come.
    tenant = f"/(?:{'|'.join(re.escape(name) for name in sorted(names))})"
    sign_in = (("GET", r"/v2\.0/\.well-known/openid-configuration"), ("POST", r"/oauth2/v2\.0/token"))
    rules = [Allowed(method, login, re.compile(tenant + path)) for method, path in sign_in if names]
    for path in DIRECTORY_PATHS:
        # Graph may write a function of a next link with its namespace and parentheses.
        pattern = re.escape(path).replace("/delta", r"/(?:microsoft\.graph\.)?delta(?:\(\))?")
        pattern = pattern.replace(re.escape("{group}"), GUID.pattern)
        rules.append(Allowed("GET", graph, re.compile(root + pattern)))
    for mailbox in connection.mail.allowlist if connection.mail else ():
        rules.append(Allowed("GET", graph, _mailbox_paths(root, mailbox)))
    return AllowList(rules, AllowedDownload(connection.report_hosts))


def _mailbox_paths(root: str, mailbox: AllowedMailbox) -> re.Pattern[str]:
    """A listed mailbox's messages, message delta and calendar view, in both spellings that Graph's links use."""
    address = re.escape(mailbox.address)
    # A key in quotes doubles its apostrophes, where Graph keeps to its own rules.
    quoted = address.replace("'", "''?")
    user = rf"{root}/users(?:/{address}|\('{quoted}'\))"
    folder = r"/mailFolders(?:/[^/']+|\('[^/']+'\))"
    messages = r"/messages(?:/(?:microsoft\.graph\.)?delta(?:\(\))?)?"
    # Case of ASCII letters only: by Unicode's rules another letter is one of an address too (`ſ` of `s`).
    return re.compile(rf"{user}(?:{folder}{messages}|/calendarView)", re.IGNORECASE | re.ASCII)
